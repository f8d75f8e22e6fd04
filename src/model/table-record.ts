import type { Grant } from './grant.js';
import type { Replication } from './ring-share.js';
import type { TableName } from './table-name.js';
import type { TableSchema } from './table-schema.js';

/** One statement of the server's own `DESC`: its row, names unquoted. */
export interface DescribedStatement {
  /** `keyspace`, `table`, `index`, `view` on Scylla; `materialized_view` on Cassandra. */
  readonly type: string;
  readonly name: string;
  readonly statement: string;
}

export interface Column {
  readonly name: string;
  readonly type: string;
  /** `partition_key`, `clustering`, `static` or `regular`. */
  readonly kind: string;
  readonly position: number;
}

/** Everything the database knows of one table. */
export interface TableRecord {
  readonly name: TableName;
  readonly keyspace: string;
  /** The uuid in lower case with dashes; without them it ends the name of the table's directory. */
  readonly id: string;
  readonly schema: TableSchema;
  readonly replication: Replication;
  /** `DESC KEYSPACE`'s own statement. */
  readonly keyspaceStatement: string;
  /** `DESC TABLE`'s statements in the server's order: table, indexes, views. */
  readonly statements: readonly DescribedStatement[];
  readonly columns: readonly Column[];
  /** Undefined where the server has no such thing or does not say. */
  readonly tablets: boolean | undefined;
  /** What roles may do with it, its views, its stream log and its keyspace; undefined where that cannot be read. */
  readonly grants: readonly Grant[] | undefined;
}

/**
 * What a name stands for. Alternator lists any table in a keyspace `alternator_…`, also one that was made by plain CQL
 * (SCYLLA.md 1.2); the map of attributes is what makes a table one of Alternator's.
 */
export type Described =
  | { readonly kind: 'table'; readonly record: TableRecord }
  | { readonly kind: 'plain CQL' }
  | { readonly kind: 'missing' };

export const isAlternatorTable = (columns: readonly Column[]): boolean =>
  columns.some(({ name }) => name === ':attrs');

/** The name of a table's directory below its keyspace's. */
export const directoryName = ({ name, id }: Pick<TableRecord, 'name' | 'id'>): string =>
  `${name}-${id.replaceAll('-', '')}`;
