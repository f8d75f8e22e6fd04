import type { IndexKind } from '../storage-names.js';
import { readState } from './state-file.js';

export interface KnownTable {
  readonly name: string;
  readonly indexes: readonly { readonly name: string; readonly kind: IndexKind }[];
}

/**
 * Tables that were made through the API, with the names that the API uses: for programs that show names which Cassandra
 * stores under a hash. An entry may be of a table that was dropped by CQL since.
 */
export const knownTables = (stateFile: string): readonly KnownTable[] =>
  Object.values(readState(stateFile)).map(({ name, indexes }) => ({
    name,
    indexes: Object.values(indexes).map((index) => ({ name: index.name, kind: index.kind })),
  }));
