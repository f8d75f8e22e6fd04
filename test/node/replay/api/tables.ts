import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateTableCommand,
  type AttributeValue,
  type CreateTableCommandInput,
  type QueryCommandInput,
  type ScalarAttributeType,
} from '@aws-sdk/client-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';

export type Item = Record<string, AttributeValue>;

export interface Key {
  readonly hash: string;
  readonly range?: string;
}

export interface Wanted {
  readonly key: Key;
  readonly types: Types;
  readonly global?: Readonly<Record<string, Key>>;
  readonly local?: Readonly<Record<string, Key>>;
}

type Types = Readonly<Record<string, ScalarAttributeType>>;

export const keySchema = ({ hash, range }: Key): { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[] => [
  { AttributeName: hash, KeyType: 'HASH' },
  ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' as const }]),
];

export const definitions = (types: Types): CreateTableCommandInput['AttributeDefinitions'] =>
  Object.entries(types).map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));

const indexRequest = ([IndexName, key]: readonly [string, Key]) => ({
  IndexName,
  KeySchema: keySchema(key),
  Projection: { ProjectionType: 'ALL' as const },
});

/** The contents of one attribute, item by item. */
export const values = (items: readonly Item[], attribute: string): unknown[] =>
  items.map((item): unknown => Object.values(item[attribute] ?? {})[0]);

const ACTIVE_WITHIN_MS = 30_000;

/** Tables of a node through the official client, which nothing of the gateway knows. */
export class Tables {
  readonly client: DynamoDBClient;

  constructor(endpoint: string) {
    const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
    this.client = new DynamoDBClient({ endpoint, region: 'none', credentials, maxAttempts: 1 });
  }

  async create(TableName: string, { key, types, global, local }: Wanted): Promise<void> {
    const indexes = (wanted: Readonly<Record<string, Key>>) => Object.entries(wanted).map(indexRequest);
    await this.client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keySchema(key),
        AttributeDefinitions: definitions(types),
        ...(global === undefined ? {} : { GlobalSecondaryIndexes: indexes(global) }),
        ...(local === undefined ? {} : { LocalSecondaryIndexes: indexes(local) }),
      }),
    );
  }

  async addGlobalIndex(TableName: string, name: string, key: Key, types: Types): Promise<void> {
    await this.client.send(
      new UpdateTableCommand({
        TableName,
        AttributeDefinitions: definitions(types),
        GlobalSecondaryIndexUpdates: [{ Create: indexRequest([name, key]) }],
      }),
    );
  }

  async put(TableName: string, item: Item): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName, Item: item }));
  }

  /** All pages. */
  async query(input: QueryCommandInput): Promise<Item[]> {
    const items: Item[] = [];
    let start: Item | undefined;
    do {
      const page = await this.client.send(new QueryCommand({ ...input, ExclusiveStartKey: start }));
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return items;
  }

  queryIndex(
    TableName: string,
    IndexName: string,
    [attribute, value]: readonly [string, AttributeValue],
    more: Partial<QueryCommandInput> = {},
  ): Promise<Item[]> {
    return this.query({
      TableName,
      IndexName,
      KeyConditionExpression: '#h = :h',
      ExpressionAttributeNames: { '#h': attribute },
      ExpressionAttributeValues: { ':h': value },
      ...more,
    });
  }

  /** All pages. */
  async scan(TableName: string, IndexName?: string): Promise<Item[]> {
    const items: Item[] = [];
    let start: Item | undefined;
    do {
      const page = await this.client.send(
        new ScanCommand({ TableName, IndexName, ExclusiveStartKey: start }),
      );
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return items;
  }

  async untilActive(TableName: string): Promise<void> {
    const deadline = Date.now() + ACTIVE_WITHIN_MS;
    for (;;) {
      const { Table } = await this.client.send(new DescribeTableCommand({ TableName }));
      if ((Table?.GlobalSecondaryIndexes ?? []).every(({ IndexStatus }) => IndexStatus === 'ACTIVE')) return;
      if (Date.now() > deadline) throw new Error(`indexes of ${TableName} are not ACTIVE`);
      await sleep(50);
    }
  }
}
