import { quoteName } from '../../src/cql/quoting.js';
import { keyspaceOf, type TableName } from '../../src/model/table-name.js';
import type { Column, DescribedStatement } from '../../src/model/table-record.js';
import type { CreateTableInput, TableCreation } from '../../src/model/table-creation.js';
import { parseTableSchema, type TableSchema } from '../../src/model/table-schema.js';

/** What Alternator would say of a table that was made so; the shape is that of the recorded answers of 2025.1. */
export function describedAs(input: CreateTableInput, id: string): TableSchema {
  const { TableName: name, KeySchema, AttributeDefinitions, Tags = [] } = input;
  const arn = `arn:scylla:alternator:alternator_${name}:scylla:table/${name}`;
  const index = ({ IndexName, KeySchema: keys }: { IndexName: string; KeySchema: unknown }) => ({
    IndexName,
    IndexArn: `${arn}/index/${IndexName}`,
    KeySchema: keys,
    Projection: { ProjectionType: 'ALL' },
  });
  return parseTableSchema({
    describe: {
      TableName: name,
      TableStatus: 'ACTIVE',
      TableArn: arn,
      TableId: id,
      BillingModeSummary: { BillingMode: input.BillingMode },
      ProvisionedThroughput: input.ProvisionedThroughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      CreationDateTime: 1795277414,
      KeySchema,
      AttributeDefinitions,
      ...(input.GlobalSecondaryIndexes
        ? {
            GlobalSecondaryIndexes: input.GlobalSecondaryIndexes.map((each) => ({
              ...index(each),
              IndexStatus: 'ACTIVE',
            })),
          }
        : {}),
      ...(input.LocalSecondaryIndexes
        ? { LocalSecondaryIndexes: input.LocalSecondaryIndexes.map(index) }
        : {}),
    },
    tags: Tags,
    ttl: { TimeToLiveStatus: 'DISABLED' },
  });
}

const CQL_TYPES = { S: 'text', N: 'decimal', B: 'blob' } as const;

export function columnsOf(input: CreateTableInput): readonly Column[] {
  const types = new Map(
    input.AttributeDefinitions.map((each) => [each.AttributeName, CQL_TYPES[each.AttributeType]]),
  );
  const keys = input.KeySchema.map(({ AttributeName, KeyType }, position) => ({
    name: AttributeName,
    type: types.get(AttributeName) ?? 'text',
    kind: KeyType === 'HASH' ? 'partition_key' : 'clustering',
    position: KeyType === 'HASH' ? position : position - 1,
  }));
  // As 2025.1 does it: keys of local indexes are columns, those of global ones are not.
  const ofIndexes = (input.LocalSecondaryIndexes ?? [])
    .flatMap(({ KeySchema }) => KeySchema.map(({ AttributeName }) => AttributeName))
    .filter((name, at, all) => all.indexOf(name) === at && !keys.some((key) => key.name === name))
    .map((name) => ({ name, type: types.get(name) ?? 'text', kind: 'regular', position: -1 }));
  return [...keys, { name: ':attrs', type: 'map<text, blob>', kind: 'regular', position: -1 }, ...ofIndexes];
}

export function statementsOf(input: CreateTableInput): readonly DescribedStatement[] {
  const name = input.TableName;
  const qualified = (table: string) => `${quoteName(keyspaceOf(name as TableName))}.${quoteName(table)}`;
  const columns = columnsOf(input).map((column) => `    ${quoteName(column.name)} ${column.type},`);
  const keys = input.KeySchema.map(({ AttributeName }) => quoteName(AttributeName)).join(', ');
  const table = `CREATE TABLE ${qualified(name)} (\n${columns.join('\n')}\n    PRIMARY KEY (${keys})\n) WITH comment = '';\n`;
  const view = (view: string, keySchema: readonly { AttributeName: string }[]): DescribedStatement => ({
    type: 'view',
    name: view,
    statement:
      `CREATE MATERIALIZED VIEW ${qualified(view)} AS\n    SELECT *\n    FROM ${qualified(name)}\n    WHERE x IS NOT NULL\n` +
      `    PRIMARY KEY (${keySchema.map(({ AttributeName }) => quoteName(AttributeName)).join(', ')})\n    WITH comment = '';\n`,
  });
  return [
    { type: 'table', name, statement: table },
    ...(input.LocalSecondaryIndexes ?? []).map((each) => view(`${name}!:${each.IndexName}`, each.KeySchema)),
    ...(input.GlobalSecondaryIndexes ?? []).map((each) => view(`${name}:${each.IndexName}`, each.KeySchema)),
  ];
}

/** What DESC prints of a stream that the API has switched on (recorded cql 003). */
export function streamOptionOf(viewType: string): string {
  const [before, after] = [viewType.includes('OLD') ? 'full' : 'false', viewType.includes('NEW')];
  return `{'delta': 'keys', 'enabled': 'true', 'postimage': '${after}', 'preimage': '${before}', 'ttl': '86400'}`;
}

/** A table of one key, for tests that want no more. */
export const simpleTable = (name: string, extra: Partial<CreateTableInput> = {}): TableCreation => ({
  input: {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    ...extra,
  },
  timeToLive: undefined,
  stream: undefined,
});
