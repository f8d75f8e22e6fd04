import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '../engine/engine.js';
import { KnownError } from '../errors.js';
import { groupSSTables } from '../model/sstable.js';
import { NOTHING_STORED } from '../store/nothing-stored.js';
import { judgeSSTables, missingComponents, type SSTableProof } from '../store/prove-sstables.js';
import type { ArchivedEntry, SourceFile } from '../store/store.js';

export interface CheckedSnapshot {
  readonly files: readonly SourceFile[];
  readonly sstables: number;
  readonly bytes: number;
}

/**
 * What can be said of a snapshot without reading its data: every component that a TOC.txt names is there, TOC.txt too, and
 * nothing else. Rejects with `damaged`, naming every file that is wrong.
 */
export async function checkSnapshot({ directory, files: names }: Snapshot): Promise<CheckedSnapshot> {
  const problems = await missingComponents((name) => readFile(join(directory, name), 'utf8'), names);
  if (problems.length > 0) throw damaged(problems);
  const files: SourceFile[] = [];
  for (const name of names) files.push({ name, size: (await lstat(join(directory, name))).size });
  return {
    files,
    sstables: groupSSTables(names).length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  };
}

/**
 * The digest gate, passed after the archive was written and before anything is published: what was read into the archive is
 * judged by the digest files and tables of contents that went into it. Rejects with `damaged`, naming every file that is wrong.
 */
export async function proveArchived(
  { directory }: Snapshot,
  entries: readonly ArchivedEntry[],
): Promise<Pick<SSTableProof, 'digests' | 'unproven'>> {
  const read = new Map(entries.map((entry) => [entry.name, entry]));
  const textOf = async (name: string) => {
    const text = await readFile(join(directory, name));
    if (createHash('sha256').update(text).digest('hex') === read.get(name)?.sha256)
      return text.toString('utf8');
    throw damaged([`${name} changed while the archive was written`]);
  };
  const proof = await judgeSSTables(textOf, read);
  if (proof.problems.length > 0) throw damaged(proof.problems);
  return proof;
}

const damaged = (problems: readonly string[]): KnownError =>
  new KnownError('damaged', `The table's own files are damaged: ${problems.join('; ')}`, {
    changed: NOTHING_STORED,
    hint: 'nodetool scrub can mend the table from its readable parts; then back it up again.',
  });
