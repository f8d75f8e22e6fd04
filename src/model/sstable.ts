/**
 * File names of SSTables (sstables/sstables.hh; Cassandra's Descriptor): `me-3h5p_19e1_5s4a82n6yp96tbjhdr-big-Data.db`,
 * `nb-1-big-TOC.txt`, `da-1-bti-Rows.db`; the oldest ones carry keyspace and table: `ks-t-ka-1-Data.db`.
 */
export interface ComponentName {
  readonly name: string;
  /** `mc`, `me`, `nb`, … */
  readonly format: string;
  /** Everything before the component: the same for all files of one SSTable. */
  readonly sstable: string;
  /** `Data.db`, `TOC.txt`, … */
  readonly component: string;
}

const MODERN = /^((la|m[cdest]|nb|oa|da)-[A-Za-z0-9_]+-(?:big|bti))-(COMPONENT)$/.source;
const OLDEST = /^([A-Za-z0-9_]+-[A-Za-z0-9_.]+-(ka)-\d+)-(COMPONENT)$/.source;
const COMPONENT = '[A-Za-z0-9_]+\\.(?:db|txt|crc32|adler32|sha1)';
const PATTERNS = [MODERN, OLDEST].map((source) => new RegExp(source.replace('COMPONENT', COMPONENT)));

/** Undefined for anything that is not a component of an SSTable. */
export function parseComponentName(name: string): ComponentName | undefined {
  for (const pattern of PATTERNS) {
    const match = pattern.exec(name);
    if (match) return { name, sstable: match[1] ?? '', format: match[2] ?? '', component: match[3] ?? '' };
  }
  return undefined;
}

/** The two files that the server itself puts beside the components of a snapshot, and ignores in `upload/`. */
export const SNAPSHOT_NOTES: ReadonlySet<string> = new Set(['manifest.json', 'schema.cql']);

export interface SSTable {
  /** The common part of its file names. */
  readonly id: string;
  readonly format: string;
  readonly components: readonly ComponentName[];
}

/** Groups file names by SSTable, in the order of first appearance. Names that are no components are left out. */
export function groupSSTables(names: readonly string[]): readonly SSTable[] {
  const groups = new Map<string, ComponentName[]>();
  for (const name of names) {
    const parsed = parseComponentName(name);
    if (!parsed) continue;
    const group = groups.get(parsed.sstable);
    if (group) group.push(parsed);
    else groups.set(parsed.sstable, [parsed]);
  }
  return [...groups].map(([id, components]) => ({ id, format: components[0]?.format ?? '', components }));
}

export const TOC = 'TOC.txt';
export const DATA = 'Data.db';
const DIGEST = /^Digest\.(crc32|adler32|sha1)$/;

export interface TocProblem {
  readonly file: string;
  readonly problem: string;
}

/**
 * What is wrong with one SSTable, judged by its own table of contents. A real Scylla deletes an upload whose TOC.txt is
 * missing and says all is well (behaviour.md, N377), so its absence is the first thing to look for.
 */
export function tocProblems(sstable: SSTable, tocText: string | undefined): readonly TocProblem[] {
  const tocFile = `${sstable.id}-${TOC}`;
  if (tocText === undefined)
    return [{ file: tocFile, problem: 'is missing, so nobody can say which files belong to it' }];
  const listed = tocComponents(tocText);
  if (!listed.includes(DATA)) return [{ file: tocFile, problem: `does not list ${DATA}` }];
  const present = new Set(sstable.components.map(({ component }) => component));
  const missing = listed
    .filter((component) => !present.has(component))
    .map((component) => ({ file: `${sstable.id}-${component}`, problem: `is listed in ${TOC} but missing` }));
  const unlisted = [...present]
    .filter((component) => component !== TOC && !listed.includes(component))
    .map((component) => ({ file: `${sstable.id}-${component}`, problem: `is not listed in ${TOC}` }));
  return [...missing, ...unlisted];
}

/** Whether an SSTable of this table of contents has a digest file at all; the oldest formats have none. */
export const listsDigest = (tocText: string): boolean =>
  tocComponents(tocText).some((name) => DIGEST.test(name));

export const isDigest = (component: string): boolean => DIGEST.test(component);

function tocComponents(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
