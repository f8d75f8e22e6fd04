import type cassandra from 'cassandra-driver';
import { storageKeyspace, storageName } from '../storage-names.js';
import { tableNotFound } from './api-error.js';
import { ATTRIBUTES } from './cql-names.js';
import type { Database } from './database.js';
import type { Column, IndexSchema, TableSchema } from './table-schema.js';
import type { TableState } from './state-file.js';
import type { StateStore } from './state-store.js';
import { millisecondsOf } from './time-uuid.js';
import type { KeyType } from './typed-value.js';

type Row = cassandra.types.Row;

export interface Schemas {
  /** Rejects with ResourceNotFoundException when the database has no such table. */
  get(table: string): Promise<TableSchema>;
  find(table: string): Promise<TableSchema | undefined>;
  /** Names of all tables in keyspaces `alternator_*`, those made by CQL included, in no particular but a stable order. */
  names(): Promise<readonly string[]>;
}

/** Reads schemas from the database, and anew only when its schema version has changed: somebody may use CQL. */
export function readSchemas(database: Database, state: StateStore): Schemas {
  let known = { version: '', tables: new Map<string, TableSchema | undefined>() };

  const current = async (): Promise<Map<string, TableSchema | undefined>> => {
    const version = await schemaVersion(database);
    if (known.version !== version) known = { version, tables: new Map() };
    return known.tables;
  };
  const find = async (name: string): Promise<TableSchema | undefined> => {
    const tables = await current();
    if (tables.has(name)) return tables.get(name);
    const schema = await readTable(database, state, name);
    tables.set(name, schema);
    return schema;
  };

  return {
    find,
    async get(name) {
      const schema = await find(name);
      if (schema === undefined) throw tableNotFound(name);
      return schema;
    },
    async names() {
      const { rows } = await database.execute(
        'SELECT keyspace_name, table_name, id FROM system_schema.tables',
      );
      return rows
        .filter((row) => text(row, 'keyspace_name').startsWith('alternator_'))
        .filter((row) => !text(row, 'table_name').endsWith('_scylla_cdc_log'))
        .map((row) => ({ name: apiName(row, state), place: placeInHashOrder(text(row, 'id')) }))
        .sort((a, b) => (a.place < b.place ? -1 : 1))
        .map(({ name }) => name);
    },
  };
}

/** Changes with every change of the schema, and is the same on nodes whose schemas are equal. */
export async function schemaVersion(database: Database): Promise<string> {
  const { rows } = await database.execute(`SELECT schema_version FROM system.local WHERE key = 'local'`);
  return String(rows[0]?.['schema_version']);
}

const text = (row: Row, column: string): string => String(row[column]);

/** Scylla lists tables in the order of a hash table: any order that is not sorted by name will do. */
const placeInHashOrder = (id: string): string => id.split('-').reverse().join();

/** Names that Cassandra cannot hold are stored under a hash; what they were called is in the state. */
function apiName(row: Row, state: StateStore): string {
  const stored = text(row, 'table_name');
  if (!stored.startsWith(':')) return stored;
  const kept = state.peek(text(row, 'keyspace_name'));
  return kept?.id === text(row, 'id') ? kept.name : stored;
}

async function readTable(
  database: Database,
  state: StateStore,
  name: string,
): Promise<TableSchema | undefined> {
  const keyspace = storageKeyspace(name);
  const table = storageName(name);
  const [tables, columns, views] = await Promise.all([
    database.execute('SELECT id FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?', [
      keyspace,
      table,
    ]),
    database.execute(
      'SELECT table_name, column_name, kind, position, type FROM system_schema.columns WHERE keyspace_name = ?',
      [keyspace],
    ),
    database.execute(
      'SELECT view_name, base_table_name, id FROM system_schema.views WHERE keyspace_name = ?',
      [keyspace],
    ),
  ]);
  const [found] = tables.rows;
  if (found === undefined) return undefined;

  const id = text(found, 'id');
  const columnsOf = (owner: string): readonly Row[] =>
    columns.rows.filter((row) => text(row, 'table_name') === owner);
  const own = columnsOf(table);
  const [hash, range] = keyColumns(own);
  if (hash === undefined) return undefined; // dropped between the three questions
  const kept = state.read({ keyspace, id, name });
  return {
    name,
    keyspace,
    table,
    id,
    hash,
    range,
    others: regularColumns(own).filter((column) => column.name !== ATTRIBUTES),
    hasAttributes: own.some((row) => text(row, 'column_name') === ATTRIBUTES),
    indexes: views.rows
      .filter((row) => text(row, 'base_table_name') === table)
      .flatMap((row) => indexOf(row, { table, columns: columnsOf(text(row, 'view_name')), kept }))
      .sort((a, b) => (a.view < b.view ? -1 : 1)),
  };
}

function keyColumns(rows: readonly Row[]): readonly Column[] {
  const ofKind = (kind: string): readonly Column[] =>
    rows
      .filter((row) => text(row, 'kind') === kind)
      .sort((a, b) => Number(a['position']) - Number(b['position']))
      .map(columnOf);
  return [...ofKind('partition_key'), ...ofKind('clustering')];
}

const regularColumns = (rows: readonly Row[]): readonly Column[] =>
  rows
    .filter((row) => text(row, 'kind') === 'regular')
    .map(columnOf)
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));

const KEY_TYPES: Readonly<Record<string, KeyType>> = { text: 'S', decimal: 'N', blob: 'B' };

function columnOf(row: Row): Column {
  const cqlType = text(row, 'type');
  return { name: text(row, 'column_name'), cqlType, type: KEY_TYPES[cqlType] ?? 'S' };
}

/** A view named `T:I` or `T!:I` is an index, whoever made it; any other view is none (Scylla takes the name for it, too). */
function indexOf(
  view: Row,
  {
    table,
    columns,
    kept,
  }: { readonly table: string; readonly columns: readonly Row[]; readonly kept: TableState },
): readonly IndexSchema[] {
  const viewName = text(view, 'view_name');
  const rest = viewName.slice(table.length);
  const prefix = ['!:', ':'].find((start) => rest.startsWith(start));
  const viewKey = keyColumns(columns);
  const [hash, shownRange] = viewKey;
  if (!viewName.startsWith(table) || prefix === undefined || hash === undefined) return [];

  const asked = kept.indexes[viewName];
  const sortedBy = regularColumns(columns).find(({ name }) => name === asked?.sortedBy);
  return [
    {
      name: asked?.name ?? rest.slice(prefix.length),
      kind: prefix === ':' ? 'global' : 'local',
      view: viewName,
      createdAt: millisecondsOf(text(view, 'id')),
      hash,
      range: sortedBy ?? shownRange,
      viewKey,
      sortedByGateway: sortedBy !== undefined,
    },
  ];
}
