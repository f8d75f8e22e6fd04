import { createHash } from 'node:crypto';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTagsOfResourceCommand,
  QueryCommand,
  ScanCommand,
  UpdateTimeToLiveCommand,
  type AttributeValue,
  type CreateTableCommandInput,
  type GlobalSecondaryIndexDescription,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { NodeAddresses } from '../../node-under-test/types.js';

export type Item = Record<string, AttributeValue>;

/**
 * Makes, fills and reads tables by the AWS SDK alone: whether two tables are equal is judged by this, never by the tool's own
 * comparison.
 */
export interface Reader {
  createTable(input: CreateTableCommandInput): Promise<void>;
  deleteTable(table: string): Promise<void>;
  setTimeToLive(table: string, attribute: string): Promise<void>;
  put(table: string, items: Iterable<Item>): Promise<void>;
  /** Every item by its key, each as a digest of its whole content. */
  contents(table: string, index?: string): Promise<ReadonlyMap<string, string>>;
  count(table: string, index?: string): Promise<number>;
  query(table: string, index: string, attribute: string, value: AttributeValue): Promise<readonly Item[]>;
  /** Everything that must be the same after a restore; ids, ARNs, dates and statuses are left out. */
  schema(table: string): Promise<unknown>;
  describe(table: string): Promise<TableDescription>;
  /** For calls that only one test needs. */
  readonly client: DynamoDBClient;
  close(): void;
}

type SchemaOfIndex = Pick<GlobalSecondaryIndexDescription, 'IndexName' | 'KeySchema' | 'Projection'>;

const PARALLEL = 16;
const SEGMENTS = 8;

export interface ApiCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const ANYBODY: ApiCredentials = { accessKeyId: 'cassandra', secretAccessKey: 'cassandra' };

export function openReader(
  { endpoint }: Pick<NodeAddresses, 'endpoint'>,
  credentials: ApiCredentials = ANYBODY,
): Reader {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials,
  });

  async function* segment(table: string, index: string | undefined, number: number, select?: 'COUNT') {
    let from: Item | undefined;
    do {
      const page = await client.send(
        new ScanCommand({
          TableName: table,
          IndexName: index,
          Segment: number,
          TotalSegments: SEGMENTS,
          ExclusiveStartKey: from,
          // Indexes cannot be read so.
          ConsistentRead: index === undefined,
          ...(select ? { Select: select } : {}),
        }),
      );
      yield page;
      from = page.LastEvaluatedKey;
    } while (from);
  }

  const describe = async (table: string) => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    if (!Table) throw new Error(`${table} is not described`);
    return Table;
  };

  return {
    client,
    describe,
    async createTable(input) {
      await client.send(new CreateTableCommand(input));
      for (;;) {
        const { TableStatus, GlobalSecondaryIndexes = [] } = await describe(input.TableName ?? '');
        if (
          TableStatus === 'ACTIVE' &&
          GlobalSecondaryIndexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE')
        )
          return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async deleteTable(table) {
      await client.send(new DeleteTableCommand({ TableName: table }));
    },
    async setTimeToLive(table, attribute) {
      await client.send(
        new UpdateTimeToLiveCommand({
          TableName: table,
          TimeToLiveSpecification: { Enabled: true, AttributeName: attribute },
        }),
      );
    },
    async put(table, items) {
      const all = items[Symbol.iterator]();
      const worker = async () => {
        for (;;) {
          const batch = take(all, 25);
          if (batch.length === 0) return;
          const requests = batch.map((Item) => ({ PutRequest: { Item } }));
          const { UnprocessedItems } = await client.send(
            new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
          );
          if (Object.keys(UnprocessedItems ?? {}).length > 0)
            throw new Error('the node did not take all items');
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, worker));
    },
    async contents(table, index) {
      const { KeySchema = [] } = await describe(table);
      const keys = KeySchema.map(({ AttributeName }) => AttributeName ?? '');
      const found = new Map<string, string>();
      const readOne = async (number: number) => {
        for await (const { Items = [] } of segment(table, index, number)) {
          for (const item of Items)
            found.set(canonical(Object.fromEntries(keys.map((key) => [key, item[key]]))), digest(item));
        }
      };
      await Promise.all(Array.from({ length: SEGMENTS }, (_, number) => readOne(number)));
      return found;
    },
    async count(table, index) {
      let count = 0;
      for (let number = 0; number < SEGMENTS; number += 1) {
        for await (const page of segment(table, index, number, 'COUNT')) count += page.Count ?? 0;
      }
      return count;
    },
    async query(table, index, attribute, value) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: index,
          KeyConditionExpression: '#a = :v',
          ExpressionAttributeNames: { '#a': attribute },
          ExpressionAttributeValues: { ':v': value },
        }),
      );
      return Items;
    },
    async schema(table) {
      const described = await describe(table);
      const { Tags = [] } = await client.send(
        new ListTagsOfResourceCommand({ ResourceArn: described.TableArn }),
      );
      const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
      const index = ({ IndexName, KeySchema, Projection }: SchemaOfIndex) => ({
        IndexName,
        KeySchema,
        Projection,
      });
      const byName = (a: SchemaOfIndex, b: SchemaOfIndex) =>
        (a.IndexName ?? '') < (b.IndexName ?? '') ? -1 : 1;
      return {
        KeySchema: described.KeySchema,
        AttributeDefinitions: [...(described.AttributeDefinitions ?? [])].sort((a, b) =>
          (a.AttributeName ?? '') < (b.AttributeName ?? '') ? -1 : 1,
        ),
        billing: described.BillingModeSummary?.BillingMode,
        throughput: [
          described.ProvisionedThroughput?.ReadCapacityUnits,
          described.ProvisionedThroughput?.WriteCapacityUnits,
        ],
        globals: (described.GlobalSecondaryIndexes ?? []).map(index).sort(byName),
        locals: (described.LocalSecondaryIndexes ?? []).map(index).sort(byName),
        stream: described.StreamSpecification ?? null,
        tags: [...Tags].sort((a, b) => ((a.Key ?? '') < (b.Key ?? '') ? -1 : 1)),
        ttl: ttl.TimeToLiveDescription,
      };
    },
    close() {
      client.destroy();
    },
  };
}

function take<T>(from: Iterator<T>, most: number): T[] {
  const taken: T[] = [];
  while (taken.length < most) {
    const next = from.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

const digest = (item: Item): string => createHash('sha256').update(canonical(item)).digest('base64');

/** JSON with sorted members; sets are unordered, so their elements are sorted too. */
function canonical(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [
        name,
        /^[SNB]S$/.test(name) && Array.isArray(member) ? member.map(sorted).sort() : sorted(member),
      ]),
  );
}
