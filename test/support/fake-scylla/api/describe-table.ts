import { viewNameOf, type FakeIndex, type FakeTable } from '../table.js';

/** The `Table` of DescribeTable, its members as recorded (api 134, 136). Both dates are the time of the call. */
export function describeTable(table: FakeTable, now: Date): object {
  const seconds = Math.floor(now.getTime() / 1000);
  const locals = indexesOf(table, 'local');
  const globals = indexesOf(table, 'global');
  return {
    TableName: table.name,
    TableStatus: 'ACTIVE',
    TableArn: arnOf(table),
    TableId: table.id,
    ...billingOf(table, seconds),
    CreationDateTime: seconds,
    KeySchema: table.keys,
    ...(locals.length > 0
      ? { LocalSecondaryIndexes: locals.map((index) => describeIndex(table, index)) }
      : {}),
    ...(globals.length > 0
      ? {
          GlobalSecondaryIndexes: globals.map((index) => ({
            ...describeIndex(table, index),
            ...(index.activeFrom <= now.getTime()
              ? { IndexStatus: 'ACTIVE' }
              : { IndexStatus: 'CREATING', Backfilling: true }),
          })),
        }
      : {}),
    AttributeDefinitions: definitionsOf(table),
    ...(table.stream
      ? {
          LatestStreamArn: `S${table.stream.id}`,
          LatestStreamLabel: `"${table.stream.label}"`,
          StreamSpecification: { StreamEnabled: true, StreamViewType: table.stream.viewType },
        }
      : {}),
  };
}

export const arnOf = ({ keyspace, name }: FakeTable): string =>
  `arn:scylla:alternator:${keyspace}:scylla:table/${name}`;

/** On-demand tables show a throughput of 0/0. */
export function billingOf({ billing }: FakeTable, seconds: number): object {
  const provisioned = billing.mode === 'PROVISIONED';
  return {
    BillingModeSummary: { LastUpdateToPayPerRequestDateTime: seconds, BillingMode: billing.mode },
    ProvisionedThroughput: {
      ReadCapacityUnits: provisioned ? billing.read : 0,
      WriteCapacityUnits: provisioned ? billing.write : 0,
      NumberOfDecreasesToday: 0,
    },
  };
}

/** In the order of the views' names. */
export const indexesOf = (table: FakeTable, kind: FakeIndex['kind']): readonly FakeIndex[] =>
  table.indexes
    .filter((index) => index.kind === kind)
    .sort((a, b) => (viewNameOf(table.name, a) < viewNameOf(table.name, b) ? -1 : 1));

const describeIndex = (table: FakeTable, { name, keys }: FakeIndex): object => ({
  IndexName: name,
  IndexArn: `${arnOf(table)}/index/${name}`,
  KeySchema: keys,
  Projection: { ProjectionType: 'ALL' },
});

/** In another order than given: the table's keys, then those of its views, and all of it backwards. */
function definitionsOf(table: FakeTable): readonly object[] {
  const indexes = [...indexesOf(table, 'local'), ...indexesOf(table, 'global')];
  const names = [...table.keys, ...indexes.flatMap(({ keys }) => keys)].map(
    ({ AttributeName }) => AttributeName,
  );
  return [...new Set(names)]
    .reverse()
    .map((name) => ({ AttributeName: name, AttributeType: table.types.get(name) ?? 'S' }));
}
