import type { State } from '../state.js';
import { viewNameOf, type FakeTable } from '../table.js';
import { columns, type Row, type SystemTable } from './system-table.js';

/** What a node says of its tables (recorded cql 101 to 138, 173). */
export function schemaTable(name: string, state: State): SystemTable | undefined {
  const tables = [...state.tables.values()];
  switch (name) {
    case 'system.built_views':
      return {
        columns: columns({ keyspace_name: 'varchar', view_name: 'varchar' }),
        rows: tables.flatMap(builtViews),
      };
    case 'system_schema.keyspaces':
      return { columns: KEYSPACES, rows: keyspaceRows(state) };
    case 'system_schema.scylla_keyspaces':
      // Keyspaces with tablets only; the fake has none.
      return {
        columns: columns({ keyspace_name: 'varchar', initial_tablets: 'int', storage_type: 'varchar' }),
        rows: [],
      };
    case 'system_schema.tables':
      return {
        columns: columns({ keyspace_name: 'varchar', table_name: 'varchar', comment: 'varchar', id: 'uuid' }),
        rows: [...tables.flatMap(tableRows), ...[...state.plainCqlTables].map(plainRow)],
      };
    case 'system_schema.columns':
      return { columns: COLUMNS, rows: tables.flatMap(columnRows) };
    case 'system_schema.views':
      return { columns: VIEWS, rows: tables.flatMap(viewRows) };
    default:
      return undefined;
  }
}

const KEYSPACES = columns({
  keyspace_name: 'varchar',
  durable_writes: 'boolean',
  replication: 'map<varchar, varchar>',
});

const COLUMNS = columns({
  keyspace_name: 'varchar',
  table_name: 'varchar',
  column_name: 'varchar',
  clustering_order: 'varchar',
  column_name_bytes: 'blob',
  kind: 'varchar',
  position: 'int',
  type: 'varchar',
});

const VIEWS = columns({
  keyspace_name: 'varchar',
  view_name: 'varchar',
  base_table_id: 'uuid',
  base_table_name: 'varchar',
  id: 'uuid',
  include_all_columns: 'boolean',
  where_clause: 'varchar',
});

const keyspaceRows = ({ keyspaces }: State): readonly Row[] =>
  [...keyspaces].map(([keyspace, { replication, durableWrites }]) => ({
    keyspace_name: keyspace,
    durable_writes: durableWrites,
    replication,
  }));

const tableRows = ({ keyspace, name, id, stream }: FakeTable): readonly Row[] => [
  { keyspace_name: keyspace, table_name: name, comment: '', id },
  ...(stream
    ? [{ keyspace_name: keyspace, table_name: `${name}_scylla_cdc_log`, comment: '', id: stream.id }]
    : []),
];

function plainRow(name: string): Row {
  const dot = name.indexOf('.');
  return {
    keyspace_name: name.slice(0, dot),
    table_name: name.slice(dot + 1),
    comment: '',
    id: '924c5587-2e3a-345b-b10c-12f37c1ba895',
  };
}

const columnRows = ({ keyspace, name, columns: own }: FakeTable): readonly Row[] =>
  own.map((column) => ({
    keyspace_name: keyspace,
    table_name: name,
    column_name: column.name,
    clustering_order: column.kind === 'clustering' ? 'ASC' : 'NONE',
    column_name_bytes: `0x${Buffer.from(column.name).toString('hex')}`,
    kind: column.kind,
    position: column.position,
    type: column.type,
  }));

interface View {
  readonly view: string;
  readonly id: string;
  readonly from: number;
}

const viewsOf = ({ name, indexes, cqlViews }: FakeTable): readonly View[] => [
  ...indexes.map((index) => ({ view: viewNameOf(name, index), id: index.id, from: index.activeFrom })),
  ...cqlViews.map((view) => ({ view: view.name, id: view.id, from: view.builtFrom })),
];

const viewRows = (table: FakeTable): readonly Row[] =>
  viewsOf(table).map(({ view, id }) => ({
    keyspace_name: table.keyspace,
    view_name: view,
    base_table_id: table.id,
    base_table_name: table.name,
    id,
    include_all_columns: true,
    where_clause: '',
  }));

const builtViews = (table: FakeTable): readonly Row[] =>
  viewsOf(table)
    .filter(({ from }) => from <= Date.now())
    .map(({ view }) => ({ keyspace_name: table.keyspace, view_name: view }));
