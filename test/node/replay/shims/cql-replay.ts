import { errors, types, type Client } from 'cassandra-driver';
import { differences, type Difference, type Rule } from '../compare.js';
import { statementShape } from './cql-statement.js';
import { valueWithoutGenerated } from './generated.js';
import type { CqlCall } from './recorded.js';

type Row = Readonly<Record<string, unknown>>;

/** Columns that the tool reads from the system tables; DESC is read whole. */
const READ: readonly (readonly [RegExp, readonly string[]])[] = [
  [/system_schema\.keyspaces/, ['keyspace_name', 'durable_writes', 'replication']],
  [/system_schema\.tables/, ['keyspace_name', 'table_name', 'id', 'gc_grace_seconds', 'comment']],
  [
    /system_schema\.columns/,
    ['keyspace_name', 'table_name', 'column_name', 'kind', 'position', 'type', 'clustering_order'],
  ],
  [/system_schema\.views/, ['keyspace_name', 'view_name', 'base_table_name', 'base_table_id', 'id']],
  [
    /system\.local/,
    [
      'key',
      'bootstrapped',
      'broadcast_address',
      'data_center',
      'host_id',
      'partitioner',
      'rack',
      'rpc_address',
      'schema_version',
      'tokens',
    ],
  ],
  [/system\.peers/, ['peer', 'data_center', 'host_id', 'rack', 'rpc_address', 'schema_version', 'tokens']],
];

/** Names and types of the columns that the tool reads, and the rows; or the error. */
export async function replayCql(client: Client, call: CqlCall): Promise<readonly Difference[]> {
  const answer = await ask(client, call.statement);
  if (call.error !== undefined || answer.error !== undefined) {
    return differences({ error: recordedError(call) }, { error: answer.error }, []);
  }
  return differences(
    comparable(call.statement, call.columns ?? [], call.types ?? [], call.rows ?? []),
    comparable(call.statement, answer.columns, answer.types, answer.rows),
    [INDEX_KEYS_ARE_COLUMNS],
  );
}

/** The driver says `text` for some and `varchar` for others; both are the same type. */
const typeName = (code: types.dataTypes): string => TYPE_NAMES.get(code) ?? `type ${code}`;

const TYPE_NAMES: ReadonlyMap<types.dataTypes, string> = new Map([
  [types.dataTypes.text, 'varchar'],
  [types.dataTypes.varchar, 'varchar'],
  [types.dataTypes.blob, 'blob'],
  [types.dataTypes.boolean, 'boolean'],
  [types.dataTypes.decimal, 'decimal'],
  [types.dataTypes.double, 'double'],
  [types.dataTypes.inet, 'inet'],
  [types.dataTypes.int, 'int'],
  [types.dataTypes.map, 'map'],
  [types.dataTypes.set, 'set'],
  [types.dataTypes.uuid, 'uuid'],
]);

interface Answer {
  readonly columns: readonly string[];
  readonly types: readonly string[];
  readonly rows: readonly Row[];
  readonly error?: unknown;
}

async function ask(client: Client, statement: string): Promise<Answer> {
  try {
    const { columns, rows } = await client.execute(statement, [], { prepare: false });
    return {
      columns: columns.map(({ name }) => name),
      types: columns.map(({ type }) => typeName(type.code)),
      rows: rows.map((row) => Object.fromEntries(row.keys().map((name) => [name, plain(row.get(name))]))),
    };
  } catch (error) {
    if (!(error instanceof errors.ResponseError)) throw error;
    return {
      columns: [],
      types: [],
      rows: [],
      error: { code: error.code.toString(16), message: error.message },
    };
  }
}

/** The recorder's driver put the server's message into a sentence of its own. */
function recordedError({ error }: CqlCall): unknown {
  const [, code = '', message = ''] = /code=(\d+) .*?message="(.*)"/s.exec(error?.message ?? '') ?? [];
  return { code, message };
}

/** As the recorder wrote values: text, numbers and truth values as they are, everything else as text. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof types.Uuid || value instanceof types.InetAddress) return value.toString();
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}

function comparable(
  statement: string,
  columns: readonly string[],
  columnTypes: readonly string[],
  rows: readonly Row[],
): unknown {
  const read =
    READ.find(([pattern]) => pattern.test(statement))?.[1].filter((name) => columns.includes(name)) ??
    columns;
  const typed = read.map((name) => `${name} ${columnTypes[columns.indexOf(name)] ?? 'absent'}`);
  const computed = computedKeys(rows);
  const values = rows
    .filter((row) => isComparable(row, computed))
    .map((row) =>
      valueWithoutGenerated(Object.fromEntries(read.map((name) => [name, shape(name, row[name])])), '<data>'),
    );
  return { columns: typed, rows: inOrder(values) };
}

/** Change logs of streams are no tables here; copies of columns in views follow from their base table. */
function isComparable(row: Row, computed: ReadonlySet<unknown>): boolean {
  const name = row['table_name'] ?? row['name'];
  const table = typeof name === 'string' ? name : '';
  if (/_scylla_cdc_log/.test(table)) return false;
  return !(row['kind'] === 'regular' && (table.includes(':') || computed.has(row['column_name'])));
}

/** Hash keys of global indexes, which are columns of the base table here and computed there. */
const computedKeys = (rows: readonly Row[]): ReadonlySet<unknown> =>
  new Set(
    rows
      .filter((row) => row['kind'] === 'partition_key' && /[^!]:/.test(String(row['table_name'])))
      .map((row) => row['column_name']),
  );

function shape(column: string, value: unknown): unknown {
  if (column === 'create_statement') return statementShape(String(value));
  // Cassandra's word for it.
  if (column === 'type' && value === 'materialized_view') return 'view';
  // `ASC` there, `asc` here.
  if (column === 'clustering_order') return String(value).toLowerCase();
  // 256 tokens there, one here.
  if (column === 'tokens') return Array.isArray(value) && value.length > 0 ? ['TOKEN'] : value;
  return value;
}

const inOrder = (values: readonly unknown[]) =>
  values
    .map((value) => JSON.stringify(value))
    .sort()
    .map((text) => JSON.parse(text) as unknown);

/** Scylla 2025.1 computes the keys of global indexes from ":attrs"; here they are columns of the base table. */
const INDEX_KEYS_ARE_COLUMNS: Rule = {
  name: 'columns of a base table',
  applies: (path) => path.at(-1) === 'columns' && path.at(-2) === 'create_statement',
  problem: (answered, was) => {
    const here = answered as readonly string[];
    const missing = (was as readonly string[]).filter((column) => !here.includes(column));
    const more = here.filter((column) => !(was as readonly string[]).includes(column));
    const foreign = more.filter((column) => !/^("?)[\w-]+\1 (text|decimal|blob)$/.test(column));
    return missing.length + foreign.length === 0 ? undefined : [...missing, ...foreign].join(', ');
  },
};
