import type { State } from '../state.js';
import { viewNameOf, type FakeIndex, type FakeTable } from '../table.js';
import type { Answer } from './answer.js';
import { invalidQuery } from './cql-error.js';
import { NAME, readName, showName } from './names.js';

const DESC = new RegExp(
  `^DESC(?:RIBE)? (KEYSPACE|TABLE|MATERIALIZED VIEW) (${NAME})(?:\\.(${NAME}))?;?$`,
  'i',
);

/** `DESC KEYSPACE`, `DESC TABLE` and `DESC MATERIALIZED VIEW`, in the server's own text (recorded cql 001 to 043). */
export function answerDescribe(statement: string, state: State): Answer | undefined {
  const match = DESC.exec(statement);
  if (!match) return undefined;
  const [, what = '', keyspaceWritten = '', nameWritten = ''] = match;
  const keyspace = readName(keyspaceWritten);
  const found = state.keyspaces.get(keyspace);
  const table = state.tables.get(keyspace);
  const name = readName(nameWritten);
  switch (what.toUpperCase()) {
    case 'KEYSPACE': {
      if (!found) throw invalidQuery(`'${keyspace}' not found in keyspaces`);
      const { replication, durableWrites } = found;
      const text =
        `CREATE KEYSPACE ${showName(keyspace)} WITH replication = ${showMap(replication)}` +
        ` AND durable_writes = ${durableWrites} AND tablets = {'enabled': false};`;
      return rows([row(keyspace, 'keyspace', keyspace, text), ...(table ? describeTable(table) : [])]);
    }
    case 'TABLE':
      if (table?.name !== name) throw invalidQuery(`Table '${name}' not found in keyspace '${keyspace}'`);
      return rows(describeTable(table));
    default: {
      const view = table && describeTable(table).find((each) => readName(each.name) === name);
      if (view?.type !== 'view')
        throw invalidQuery(`Materialized view '${name}' not found in keyspace '${keyspace}'`);
      return rows([view]);
    }
  }
}

interface DescRow {
  readonly keyspace_name: string;
  readonly type: string;
  readonly name: string;
  readonly create_statement: string;
}

const rows = (described: readonly DescRow[]): Answer => ({
  kind: 'rows',
  result: {
    keyspace: 'system',
    table: 'describe',
    columns: (['keyspace_name', 'type', 'name', 'create_statement'] as const).map((name) => ({
      name,
      type: 'varchar',
    })),
    rows: described.map((each) => ({ ...each })),
  },
});

const row = (keyspace: string, type: string, name: string, text: string): DescRow => ({
  keyspace_name: showName(keyspace),
  type,
  name: showName(name),
  create_statement: text,
});

/** The table, its views by name, the log of its stream. */
function describeTable(table: FakeTable): readonly DescRow[] {
  const { keyspace, name } = table;
  const views = [
    ...table.indexes.map((index) => ({ name: viewNameOf(name, index), text: indexText(table, index) })),
    ...table.cqlViews.map(({ name: view, statement }) => ({ name: view, text: ended(statement) })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  const log = `${name}_scylla_cdc_log`;
  return [
    row(keyspace, 'table', name, tableText(table)),
    ...views.map((view) => row(keyspace, 'view', view.name, view.text)),
    ...(table.stream ? [row(keyspace, 'table', log, logText(keyspace, log, name))] : []),
  ];
}

const ended = (statement: string): string => `${statement.trim().replace(/;$/, '')};\n`;

/** The statement that makes the base table: the same text as `schema.cql` of a snapshot. */
export function tableText(table: FakeTable): string {
  const { keyspace, name, columns, keys } = table;
  const lines = columns.map((column) => `    ${showName(column.name)} ${column.type},\n`);
  const key = keys.map(({ AttributeName }) => showName(AttributeName)).join(', ');
  const [, sort] = keys;
  const order = sort ? `CLUSTERING ORDER BY (${showName(sort.AttributeName)} ASC)\n    AND ` : '';
  const tags = {
    ...Object.fromEntries(table.tags),
    ...(table.timeToLive === undefined ? {} : { 'system:ttl_attribute': table.timeToLive }),
  };
  return (
    `CREATE TABLE ${showName(keyspace)}.${showName(name)} (\n${lines.join('')}    PRIMARY KEY (${key})\n) WITH ${order}` +
    `${OPTIONS.join('\n    AND ')}\n` +
    (table.stream ? `    AND cdc = ${showMap(cdcOptions(table.stream.viewType))}\n` : '') +
    `    AND scylla_tags = ${showMap(tags)};\n`
  );
}

/** Not to be replayed: its WHERE is empty (SCYLLA.md 2.4). */
function indexText(table: FakeTable, index: FakeIndex): string {
  const { keyspace, name, columns } = table;
  const keys = keyColumns(table, index);
  const rest = columns.map((column) => column.name).filter((column) => !keys.includes(column));
  const clustering = keys.slice(1).map((key) => `${showName(key)} ASC`);
  const local = index.kind === 'local';
  const tags = local ? { 'system:synchronous_view_updates': 'true' } : {};
  return (
    `CREATE MATERIALIZED VIEW ${showName(keyspace)}.${showName(viewNameOf(name, index))} AS\n` +
    `    SELECT ${[...keys, ...rest].map(showName).join(', ')}\n` +
    `    FROM ${showName(keyspace)}.${showName(name)}\n    WHERE \n` +
    `    PRIMARY KEY (${keys.map(showName).join(', ')})\n` +
    `    WITH CLUSTERING ORDER BY (${clustering.join(', ')})\n    AND ` +
    `${OPTIONS.join('\n    AND ')}\n    AND scylla_tags = ${showMap(tags)}` +
    `${local ? '\n    AND synchronous_updates = true' : ''};\n`
  );
}

/** The keys of the index, then those of the table that it lacks. */
const keyColumns = (table: FakeTable, { keys }: FakeIndex): readonly string[] => [
  ...new Set([...keys, ...table.keys].map(({ AttributeName }) => AttributeName)),
];

const logText = (keyspace: string, log: string, name: string): string =>
  `ALTER TABLE ${showName(keyspace)}.${showName(log)} WITH bloom_filter_fp_chance = 0.01\n` +
  `    AND comment = 'CDC log for ${keyspace}.${name}'\n    AND gc_grace_seconds = 0;\n`;

function cdcOptions(viewType: string): Readonly<Record<string, string>> {
  const [before, after] = [viewType.includes('OLD'), viewType.includes('NEW')];
  return {
    delta: 'keys',
    enabled: 'true',
    postimage: String(after),
    preimage: before ? 'full' : 'false',
    ttl: '86400',
  };
}

const showMap = (map: Readonly<Record<string, string>>): string =>
  `{${Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `'${key}': '${value}'`)
    .join(', ')}}`;

/** Those of every Alternator table, as DESC prints them. */
const OPTIONS = [
  'bloom_filter_fp_chance = 0.01',
  "caching = {'keys': 'ALL', 'rows_per_partition': 'ALL'}",
  "comment = ''",
  "compaction = {'class': 'IncrementalCompactionStrategy'}",
  "compression = {'sstable_compression': 'org.apache.cassandra.io.compress.LZ4Compressor'}",
  'crc_check_chance = 1',
  'default_time_to_live = 0',
  'gc_grace_seconds = 864000',
  'max_index_interval = 2048',
  'memtable_flush_period_in_ms = 0',
  'min_index_interval = 128',
  "speculative_retry = '99.0PERCENTILE'",
] as const;
