import { join } from 'node:path';

/** Names within a store. `@` is not in the alphabet of table names, so nothing collides. */
export const VERSIONS = '@versions';
export const STATE = '@state';

export const MANIFEST_FILE = 'manifest.json';
export const TABLE_SCHEMA_FILE = 'table_schema.cql';
export const LEGACY_SCHEMA_FILE = 'schema.cql';
export const KEYSPACE_FILE = 'keyspace.cql';
export const ALTERNATOR_SCHEMA_FILE = 'alternator_schema.json';
export const README_FILE = 'README.txt';

export const archiveFile = (table: string): string => `${table}_backup.tar.gz`;
export const viewFile = (number: number): string => `materialized_view_${number}.cql`;

/** N of `materialized_view_N.cql`; undefined for other names. Sorting by it puts 10 after 2. */
export function viewNumber(name: string): number | undefined {
  const match = /^materialized_view_(\d+)\.cql$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

export interface Layout {
  table(table: string): string;
  versions(table: string): string;
  version(table: string, label: string): string;
  readonly state: string;
  readonly staging: string;
  stagingOf(label: string, table: string): string;
  readonly snapshots: string;
  readonly storeId: string;
  readonly history: string;
  /** What verifications found, by a name for the backup's content. */
  readonly verified: string;
  /** Generations on their way out: nobody takes what is half removed for a backup. */
  readonly trash: string;
  /** What lay in the place of a backup and was none: somebody's own, and kept. */
  readonly setAside: string;
  /** What is about to be moved out of the way of a new backup, and has to be told of. */
  readonly movedAway: string;
  readonly workDirectory: string;
}

export const layoutOf = (root: string): Layout => ({
  table: (table: string): string => join(root, table),
  versions: (table: string): string => join(root, VERSIONS, table),
  version: (table: string, label: string): string => join(root, VERSIONS, table, label),
  state: join(root, STATE),
  staging: join(root, STATE, 'staging'),
  stagingOf: (label: string, table: string): string => join(root, STATE, 'staging', label, table),
  snapshots: join(root, STATE, 'snapshots'),
  storeId: join(root, STATE, 'store.json'),
  history: join(root, STATE, 'history.jsonl'),
  verified: join(root, STATE, 'verified'),
  trash: join(root, STATE, 'trash'),
  setAside: join(root, STATE, 'set-aside'),
  movedAway: join(root, STATE, 'moved-away.json'),
  workDirectory: join(root, STATE, 'work-directory.json'),
});
