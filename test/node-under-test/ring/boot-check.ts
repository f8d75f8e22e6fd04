import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { entriesOf } from '../system-errors.js';
import { isSSTableFile } from '../sstable/component-name.js';

const TABLE_DIRECTORY = /-[0-9a-f]{32}$/;
const ALLOWED_IN_TABLE = new Set(['manifest.json', 'schema.cql']);

/**
 * Why a real Scylla would not boot with this data directory, or undefined (recorded/.../restore/behaviour.md, "Owner and
 * mode", E042, E061). Cassandra itself would start. Files that vanish meanwhile are not looked at.
 */
export async function bootRefusal(dataDirectory: string, user: number): Promise<string | undefined> {
  for (const entry of await entriesOf(dataDirectory)) {
    // Names that begin with a dot at the top are not looked at.
    if (entry.startsWith('.')) continue;
    const problem =
      (await foreignOwner(join(dataDirectory, entry), user)) ??
      (await foreignFile(join(dataDirectory, entry)));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function foreignOwner(path: string, user: number): Promise<string | undefined> {
  // A server that runs as root takes files of every owner.
  if (user === 0) return undefined;
  const found = await lstat(path);
  if (found.uid !== user) return `File not owned by current euid: ${user}. Owner is: ${found.uid} (${path})`;
  if (!found.isDirectory()) return undefined;
  for (const entry of await entriesOf(path)) {
    const problem = await foreignOwner(join(path, entry), user);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** A file in a table directory that is no SSTable component. */
async function foreignFile(keyspace: string): Promise<string | undefined> {
  for (const table of await entriesOf(keyspace)) {
    // Cassandra keeps things of its own beside the tables of its system keyspace.
    if (!TABLE_DIRECTORY.test(table)) continue;
    for (const entry of await entriesOf(join(keyspace, table))) {
      const path = join(keyspace, table, entry);
      if (ALLOWED_IN_TABLE.has(entry) || isSSTableFile(entry) || /_txn_.*\.log$/.test(entry)) continue;
      if ((await lstat(path)).isFile()) {
        return `invalid version for file ${entry}. Name doesn't match any known version. (${path})`;
      }
    }
  }
  return undefined;
}
