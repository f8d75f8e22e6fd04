import { createHash } from 'node:crypto';

/**
 * Cassandra (with the name patch) takes `[A-Za-z0-9_:!-]` in names, 48 characters for a keyspace and 222 for a table.
 * Alternator allows `.` and up to 222 characters. What fits keeps its name, so that directories, snapshots and CQL look
 * as on a real Scylla; what does not fit is stored under `:` and a hash (a colon cannot occur in an Alternator name) and
 * exists for the API and the shims only.
 */
export function storageName(name: string, longest = 37): string {
  if (/^[A-Za-z0-9_-]+$/.test(name) && name.length <= longest) return name;
  return `:${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

export const storageKeyspace = (table: string): string => `alternator_${storageName(table)}`;

export type IndexKind = 'global' | 'local';

/** The view behind an index: `T:I` for a global one, `T!:I` for a local one. */
export function storageView(table: string, index: string, kind: IndexKind): string {
  const base = storageName(table);
  return `${base}${kind === 'global' ? ':' : '!:'}${storageName(index, 180)}`;
}
