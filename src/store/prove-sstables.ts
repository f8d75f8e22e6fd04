import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DATA,
  groupSSTables,
  isDigest,
  listsDigest,
  SNAPSHOT_NOTES,
  TOC,
  tocProblems,
  type SSTable,
} from '../model/sstable.js';
import type { ArchiveEntry } from '../model/manifest.js';
import type { Digests } from '../system/digests.js';

export interface SSTableProof {
  readonly sstables: number;
  /** For each `Data.db`: whether a digest file proved it. */
  readonly digests: ReadonlyMap<string, ArchiveEntry['digest']>;
  /** SSTables without a digest of their own: old formats. Nobody proved them. */
  readonly unproven: readonly string[];
  /** What is wrong, one clause for each file. */
  readonly problems: readonly string[];
}

/**
 * Judges the files of a snapshot by what they say of each other: each SSTable is complete by its own TOC.txt, each Data.db has
 * the CRC-32 that its digest file says (a plain decimal number; the server itself never looks at it, behaviour.md N404),
 * and nothing else lies there. The files' own bytes were read by the caller.
 */
export const proveSSTables = (
  directory: string,
  files: ReadonlyMap<string, Digests>,
): Promise<SSTableProof> => judgeSSTables((name) => readFile(join(directory, name), 'utf8'), files);

/** The same of files that lie elsewhere: `textOf` gives the text of a TOC or a digest file that is among them. */
export async function judgeSSTables(
  textOf: (name: string) => Promise<string>,
  files: ReadonlyMap<string, Digests>,
): Promise<SSTableProof> {
  const names = [...files.keys()];
  const sstables = groupSSTables(names);
  const problems = [...(await missingComponents(textOf, names))];
  const digests = new Map<string, ArchiveEntry['digest']>();

  for (const sstable of sstables) {
    const toc = await readComponent(textOf, sstable, TOC);
    const data = files.get(`${sstable.id}-${DATA}`);
    if (toc === undefined || data === undefined) continue;
    const { digest, problem } = await proveData(textOf, sstable, toc, data);
    digests.set(`${sstable.id}-${DATA}`, digest);
    if (problem !== undefined) problems.push(problem);
  }

  const unproven = sstables.map(({ id }) => id).filter((id) => digests.get(`${id}-${DATA}`) === 'absent');
  return { sstables: sstables.length, digests, unproven, problems };
}

/**
 * The components of which only a manifest could tell whether their bytes are right, each once: no digest file covers them, and
 * neither is it their own text that was read.
 */
export const onlyInManifest = (names: Iterable<string>): readonly string[] => {
  const components = groupSSTables([...names]).flatMap((sstable) => sstable.components);
  const found = components.map(({ component }) => component);
  return [...new Set(found)].filter((each) => each !== DATA && each !== TOC && !isDigest(each)).sort();
};

/** What the names alone say: a clause for each component that is missing or too much. */
export async function missingComponents(
  textOf: (name: string) => Promise<string>,
  names: readonly string[],
): Promise<readonly string[]> {
  const sstables = groupSSTables(names);
  const known = new Set(sstables.flatMap(({ components }) => components.map(({ name }) => name)));
  const problems = names
    .filter((name) => !known.has(name) && !SNAPSHOT_NOTES.has(name))
    .map((name) => `${name} belongs to no SSTable`);
  for (const sstable of sstables) {
    const toc = await readComponent(textOf, sstable, TOC);
    problems.push(...tocProblems(sstable, toc).map(({ file, problem }) => `${file} ${problem}`));
  }
  return problems;
}

/** `absent` is allowed only where TOC.txt does not list a digest. */
async function proveData(
  textOf: (name: string) => Promise<string>,
  sstable: SSTable,
  toc: string,
  data: Digests,
): Promise<{ readonly digest: ArchiveEntry['digest']; readonly problem?: string }> {
  const digestFile = sstable.components.find(({ component }) => isDigest(component))?.component;
  // A listed digest that is missing was reported already.
  if (digestFile === undefined) return { digest: listsDigest(toc) ? null : 'absent' };
  // Adler-32 and SHA-1 are of formats older than any Scylla with Alternator writes.
  if (digestFile !== 'Digest.crc32') return { digest: 'absent' };
  const said = ((await readComponent(textOf, sstable, digestFile)) ?? '').trim();
  if (said === String(data.crc32)) return { digest: 'ok' };
  const says = said === '' ? 'nothing' : said.slice(0, 40);
  return {
    digest: null,
    problem: `${sstable.id}-${DATA} has CRC-32 ${data.crc32}, but ${digestFile} says ${says}`,
  };
}

async function readComponent(
  textOf: (name: string) => Promise<string>,
  sstable: SSTable,
  component: string,
): Promise<string | undefined> {
  const there = sstable.components.some((each) => each.component === component);
  return there ? textOf(`${sstable.id}-${component}`) : undefined;
}
