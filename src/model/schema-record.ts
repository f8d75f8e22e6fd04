import { streamOwner } from '../cql/made-by-server.js';
import { qualifiedName } from '../cql/qualified-name.js';
import { splitStatements } from '../cql/splitter.js';
import type { Statement } from '../cql/statement.js';
import { withOptions, type WithOptions } from '../cql/with-options.js';
import { KnownError } from '../errors.js';
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
  /** Names of indexes and views that CQL has made: Alternator's views have a colon in their names. */
  readonly byCql: readonly string[] | undefined;
  /** Options of the stream log, where the description tells them. */
  readonly streamLog?: WithOptions | undefined;
  readonly columns: readonly Column[] | undefined;
  readonly grants: readonly Grant[] | undefined;
}

/** Of a live table. */
export const schemaOfTable = (record: TableRecord): SchemaRecord => ({
  alternator: record.schema,
  keyspace: unlessBroken(() => withOptions(record.keyspaceStatement)),
  tablets: record.tablets,
  ...(unlessBroken(() => optionsOf(record.statements.map(({ statement }) => statement))) ?? NOTHING),
  columns: record.columns,
  grants: record.grants,
});

const NOTHING = { table: undefined, views: undefined, byCql: undefined, streamLog: undefined };

/** Servers print some values unescaped (SCYLLA.md 2.3): a text that cannot be read says nothing, and is told as such. */
function unlessBroken<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof KnownError) return undefined;
    throw error;
  }
}

/** Of the texts of a description; a comment or a statement of something else says nothing. */
export function optionsOf(
  texts: readonly string[],
): Pick<SchemaRecord, 'table' | 'views' | 'byCql' | 'streamLog'> {
  const statements = texts.flatMap((text) => splitStatements(text));
  const table = statements.find(({ kind }) => kind === 'table');
  const views = statements.filter(({ kind }) => kind === 'materialized view');
  const indexes = statements
    .filter(({ kind }) => kind === 'index')
    .map(({ name }) => qualifiedName(name).name);
  const names = views.map(({ name }) => qualifiedName(name).name);
  return {
    byCql: [...indexes, ...names.filter((name) => !name.includes(':'))].sort(),
    table: table && withOptions(table.text),
    streamLog: streamLogOf(statements),
    views: new Map(views.map(({ name, text }) => [qualifiedName(name).name, withOptions(text)])),
  };
}

/** A stream log is made by the server, so that DESC shows an ALTER of it (recorded cql 003). */
function streamLogOf(statements: readonly Statement[]): WithOptions | undefined {
  const log = statements.find(
    ({ kind, name }) => kind === 'alter table' && streamOwner(qualifiedName(name)) !== undefined,
  );
  if (!log) return undefined;
  const options = new Map(withOptions(log.text));
  // It names the table, which may have another name by now.
  if (options.get('comment')?.text.startsWith("'CDC log for ") === true) options.delete('comment');
  return options;
}
