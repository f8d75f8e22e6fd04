import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isGeneration, parseComponentName } from '../sstable/component-name.js';
import { invalidArgument, malformed, runtimeError } from './load-failure.js';

/** Names in a TOC.txt that mean something; other lines are passed over. */
const COMPONENTS = new Set([
  'Data.db',
  'Index.db',
  'Filter.db',
  'Summary.db',
  'Statistics.db',
  'CompressionInfo.db',
  'Digest.crc32',
  'CRC.db',
  // Only real Scylla nodes write it; their `me` files can be loaded here too.
  'Scylla.db',
  'TOC.txt',
]);
const IGNORED = new Set(['manifest.json', 'schema.cql']);

export interface UploadedSSTable {
  readonly directory: string;
  readonly version: string;
  readonly id: string;
  readonly prefix: string;
  /** What TOC.txt lists, itself included. */
  readonly listed: ReadonlySet<string>;
  /** What is there. */
  readonly present: ReadonlySet<string>;
}

export interface Upload {
  readonly sstables: readonly UploadedSSTable[];
  /** Paths of files that look like components of SSTables without a TOC.txt: the server deletes them. */
  readonly orphans: readonly string[];
}

/**
 * Reads `upload/` as Scylla does (recorded/.../restore/behaviour.md, "Refresh: damage" and "Owner and mode"). Throws
 * `LoadFailure` for foreign files, owners and kinds of files.
 */
export async function readUpload(directory: string, user: number): Promise<Upload> {
  await expectUsable(directory, user);
  const names = (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isFile());
  const byPrefix = new Map<string, Map<string, string>>();
  for (const { name } of names) {
    if (IGNORED.has(name)) continue;
    const parsed = parseComponentName(name);
    if (parsed === undefined)
      throw malformed(`invalid version for file ${name}. Name doesn't match any known version.`);
    if (!isGeneration(parsed.id)) throw invalidArgument(`invalid UUID: ${parsed.id}`);
    const components = byPrefix.get(parsed.prefix) ?? new Map<string, string>();
    byPrefix.set(parsed.prefix, components.set(parsed.component, join(directory, name)));
  }

  const sstables: UploadedSSTable[] = [];
  const orphans: string[] = [];
  for (const [prefix, components] of byPrefix) {
    const toc = components.get('TOC.txt');
    if (toc === undefined) orphans.push(...components.values());
    else sstables.push(await listedSSTable(directory, prefix, toc, new Set(components.keys())));
  }
  return { sstables, orphans };
}

async function listedSSTable(
  directory: string,
  prefix: string,
  toc: string,
  present: ReadonlySet<string>,
): Promise<UploadedSSTable> {
  const lines = (await readFile(toc, 'latin1')).split('\n').map((line) => line.trim());
  const [version = '', id = ''] = prefix.split('-');
  return {
    directory,
    version,
    id,
    prefix,
    listed: new Set(['TOC.txt', ...lines.filter((line) => COMPONENTS.has(line))]),
    present,
  };
}

/** Everything below `upload/`, itself included, must be a file or a directory of the server's user that it can read. */
async function expectUsable(path: string, user: number): Promise<void> {
  const found = await lstat(path);
  if (!found.isDirectory() && !found.isFile()) {
    // The number is that of a symbolic link in the server's own list of file types.
    throw runtimeError('Must be either a regular file or a directory (type=5)');
  }
  if (user !== 0) {
    if (found.uid !== user)
      throw runtimeError(`File not owned by current euid: ${user}. Owner is: ${found.uid}`);
    if ((found.mode & 0o400) === 0) throw runtimeError('File cannot be accessed for read');
  }
  if (!found.isDirectory()) return;
  for (const entry of await readdir(path)) await expectUsable(join(path, entry), user);
}
