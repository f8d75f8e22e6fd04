import { qualifiedName } from '../cql/qualified-name.js';
import { splitStatements } from '../cql/splitter.js';
import { withOptions, type WithOptions } from '../cql/with-options.js';
import type { Grant } from './grant.js';
import type { Column, TableRecord } from './table-record.js';
import type { TableSchema } from './table-schema.js';

/**
 * Everything that is known of a table's schema, of a live one or of a backup: what is compared. A part that nobody wrote
 * down, or that this server does not tell, is undefined and differs from nothing.
 */
export interface SchemaRecord {
  readonly alternator: TableSchema | undefined;
  /** Options of the keyspace: replication, durable writes. */
  readonly keyspace: WithOptions | undefined;
  readonly tablets: boolean | undefined;
  /** Options of the base table. */
  readonly table: WithOptions | undefined;
  /** Options of the views, by name. */
  readonly views: ReadonlyMap<string, WithOptions> | undefined;
  readonly columns: readonly Column[] | undefined;
  readonly grants: readonly Grant[] | undefined;
}

/** Of a live table. */
export const schemaOfTable = (record: TableRecord): SchemaRecord => ({
  alternator: record.schema,
  keyspace: withOptions(record.keyspaceStatement),
  tablets: record.tablets,
  ...optionsOf(record.statements.map(({ statement }) => statement)),
  columns: record.columns,
  grants: record.grants,
});

/** Of the texts of a description; a comment or a statement of something else says nothing. */
export function optionsOf(texts: readonly string[]): Pick<SchemaRecord, 'table' | 'views'> {
  const statements = texts.flatMap((text) => splitStatements(text));
  const table = statements.find(({ kind }) => kind === 'table');
  const views = statements.filter(({ kind }) => kind === 'materialized view');
  return {
    table: table && withOptions(table.text),
    views: new Map(views.map(({ name, text }) => [qualifiedName(name).name, withOptions(text)])),
  };
}
