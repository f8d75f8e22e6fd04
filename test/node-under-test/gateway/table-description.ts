import { indexStatus } from './index-status.js';
import type { Instance } from './instance.js';
import { billingMembers } from './billing.js';
import { jsonText, listText, objectText, type JsonText } from './json-text.js';
import { streamMembers } from './stream-settings.js';
import { keyOf, type Column, type IndexSchema, type TableSchema } from './table-schema.js';

type Members = readonly (readonly [string, JsonText])[];

/** Seconds since 1970: Alternator's descriptions carry the time of the call. */
export const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

export const arnOf = (table: string): string =>
  `arn:scylla:alternator:alternator_${table}:scylla:table/${table}`;

/** The members that DeleteTable answers with. */
export function deletedDescription({ state }: Instance, table: TableSchema): Members {
  return [
    ...identity(table, 'DELETING'),
    ...billingMembers(state.read(table), nowInSeconds()),
    ...stream(state, table),
  ];
}

/** The members of DescribeTable's Table. */
export async function tableDescription(instance: Instance, table: TableSchema): Promise<Members> {
  const { state } = instance;
  const now = nowInSeconds();
  const local = table.indexes
    .filter(({ kind }) => kind === 'local')
    .map((index) => indexText(table, index, []));
  const global = await Promise.all(
    table.indexes
      .filter(({ kind }) => kind === 'global')
      .map(async (index) =>
        indexText(table, index, statusMembers(await indexStatus(instance, table, index))),
      ),
  );
  return [
    ...identity(table, 'ACTIVE'),
    ...billingMembers(state.read(table), now),
    ['CreationDateTime', jsonText(now)],
    ['KeySchema', keySchemaText(table)],
    ...(local.length === 0 ? [] : [['LocalSecondaryIndexes', listText(local)] as const]),
    ...(global.length === 0 ? [] : [['GlobalSecondaryIndexes', listText(global)] as const]),
    ['AttributeDefinitions', definitionsText(table)],
    ...stream(state, table),
  ];
}

const identity = (table: TableSchema, status: 'ACTIVE' | 'DELETING'): Members => [
  ['TableName', jsonText(table.name)],
  ['TableStatus', jsonText(status)],
  ['TableArn', jsonText(arnOf(table.name))],
  ['TableId', jsonText(table.id)],
];

const stream = (state: Instance['state'], table: TableSchema): Members =>
  streamMembers(state.read(table).stream);

/** Every index is said to project ALL, whatever was asked for, as Scylla does (recorded api 120). */
const indexText = (table: TableSchema, index: IndexSchema, status: Members): JsonText =>
  objectText([
    ['IndexName', jsonText(index.name)],
    ['IndexArn', jsonText(`${arnOf(table.name)}/index/${index.name}`)],
    ['KeySchema', keySchemaText(index)],
    ['Projection', '{"ProjectionType":"ALL"}'],
    ...status,
  ]);

const statusMembers = (status: 'CREATING' | 'ACTIVE'): Members => [
  ['IndexStatus', jsonText(status)],
  ...(status === 'CREATING' ? [['Backfilling', 'true'] as const] : []),
];

interface Key {
  readonly hash: Column;
  readonly range: Column | undefined;
}

const keySchemaText = ({ hash, range }: Key): JsonText =>
  jsonText([
    { AttributeName: hash.name, KeyType: 'HASH' },
    ...(range === undefined ? [] : [{ AttributeName: range.name, KeyType: 'RANGE' }]),
  ]);

/** Scylla lists a hash table here: few entries come out in the reverse of the order in which they went in. */
function definitionsText(table: TableSchema): JsonText {
  const types = new Map<string, string>();
  const add = (column: Column | undefined): void => {
    if (column !== undefined) types.set(column.name, column.type);
  };
  keyOf(table).forEach(add);
  for (const { hash, range } of table.indexes) [hash, range].forEach(add);
  const definitions = Array.from(types, ([AttributeName, AttributeType]) => ({
    AttributeName,
    AttributeType,
  }));
  return jsonText(definitions.reverse());
}
