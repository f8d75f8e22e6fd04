import { describe, expect, it } from 'vitest';
import { planCreation } from '../../../src/model/table-creation.js';
import { alternatorDrift as schemaDrift } from '../../../src/model/schema-drift.js';
import {
  parseSchemaFile,
  parseTableSchema,
  renderSchemaFile,
  type TableSchema,
} from '../../../src/model/table-schema.js';

/** In the shape of the recorded answers of 2025.1 (api 134, 320, 403, 454). */
const orders: TableSchema = parseTableSchema({
  describe: {
    TableName: 'orders',
    TableStatus: 'ACTIVE',
    TableArn: 'arn:scylla:alternator:alternator_orders:scylla:table/orders',
    TableId: '09531080-e5c6-11f1-98ac-e2af9f5aa44f',
    BillingModeSummary: { LastUpdateToPayPerRequestDateTime: 1795277414, BillingMode: 'PAY_PER_REQUEST' },
    ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 },
    CreationDateTime: 1795277414,
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'by-status',
        IndexArn: 'arn:…/index/by-status',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'status', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-customer',
        IndexArn: 'arn:…/index/by-customer',
        KeySchema: [
          { AttributeName: 'customer', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
        IndexStatus: 'CREATING',
        Backfilling: true,
      },
    ],
    AttributeDefinitions: [
      { AttributeName: 'customer', AttributeType: 'S' },
      { AttributeName: 'status', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'left-over', AttributeType: 'B' },
    ],
    LatestStreamArn: 'S09597920-e5c6-11f1-98ac-e2af9f5aa44f',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  },
  tags: [{ Key: 'team', Value: 'billing' }],
  ttl: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
});

describe('What makes a table again (F-10, F-11)', () => {
  const { input, timeToLive, stream } = planCreation(orders, 'orders');

  it('is what CreateTable takes, and nothing that it does not', () => {
    expect(input).toEqual({
      TableName: 'orders',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: orders.describe.KeySchema,
      AttributeDefinitions: orders.describe.AttributeDefinitions.slice(0, 4),
      LocalSecondaryIndexes: [
        {
          IndexName: 'by-status',
          KeySchema: orders.describe.LocalSecondaryIndexes?.[0]?.KeySchema,
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-customer',
          KeySchema: orders.describe.GlobalSecondaryIndexes?.[0]?.KeySchema,
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      Tags: [{ Key: 'team', Value: 'billing' }],
    });
  });

  it('leaves expiry and stream for after the data', () => {
    expect({ timeToLive, stream }).toEqual({ timeToLive: 'expires', stream: 'NEW_AND_OLD_IMAGES' });
  });

  it('keeps the throughput of a provisioned table, and none of an on-demand one (api 113, 932)', () => {
    const provisioned = (read: number, write: number) =>
      planCreation(
        withDescribe({
          BillingModeSummary: { BillingMode: 'PROVISIONED' },
          ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write },
        }),
        'orders',
      ).input;
    expect(provisioned(5, 7)).toMatchObject({
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 7 },
    });
    expect(provisioned(0, 0)).toMatchObject({
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    });
    expect(input).not.toHaveProperty('ProvisionedThroughput');
  });

  it('asks for no stream and no expiry where there was none', () => {
    const plain = {
      ...withDescribe({ StreamSpecification: { StreamEnabled: false } }),
      ttl: { TimeToLiveStatus: 'DISABLED' },
    };
    expect(planCreation(plain, 'orders')).toMatchObject({ timeToLive: undefined, stream: undefined });
  });
});

describe('The schema file', () => {
  it('has the shape of Scylla Manager, and keeps members that nobody knows (F-12)', () => {
    const text = renderSchemaFile(orders);
    expect(JSON.parse(text)).toMatchObject({
      tables: [{ describe: { LatestStreamArn: expect.any(String) as string } }],
    });
    expect(parseSchemaFile(text)).toEqual(orders);
  });

  it('is refused when it is not one table', () => {
    expect(() => parseSchemaFile('{"tables":[]}')).toThrow('0 tables');
    expect(() => parseSchemaFile('{"tables":[{"describe":{}}]}')).toThrow();
    expect(() => parseSchemaFile('not json')).toThrow();
  });
});

describe('Settings drift', () => {
  it('is none between a table and its image: ids, ARNs, dates and statuses do not count', () => {
    const again = withDescribe({
      TableId: 'other',
      TableArn: 'other',
      CreationDateTime: 1,
      LatestStreamArn: 'other',
      GlobalSecondaryIndexes: orders.describe.GlobalSecondaryIndexes?.map((each) => ({
        ...each,
        IndexStatus: 'ACTIVE',
        Backfilling: undefined,
      })),
      AttributeDefinitions: [...orders.describe.AttributeDefinitions].reverse(),
    });
    expect(schemaDrift(orders, again)).toEqual([]);
  });

  it.each<[string, TableSchema, string]>([
    ['a tag', { ...orders, tags: [{ Key: 'team', Value: 'x' }] }, 'tag team billing → x'],
    ['a tag that is gone', { ...orders, tags: [] }, 'tag team billing → none'],
    ['expiry', { ...orders, ttl: { TimeToLiveStatus: 'DISABLED' } }, 'time to live expires → none'],
    ['the stream', withDescribe({ StreamSpecification: undefined }), 'stream NEW_AND_OLD_IMAGES → none'],
    [
      'billing',
      withDescribe({
        BillingModeSummary: { BillingMode: 'PROVISIONED' },
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
      }),
      'billing PAY_PER_REQUEST → PROVISIONED 1/2',
    ],
    [
      'the keys',
      withDescribe({ KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] }),
      'keys pk S HASH, sk N RANGE → pk S HASH',
    ],
    [
      'the type of a key',
      withDescribe({
        AttributeDefinitions: orders.describe.AttributeDefinitions.map((each) =>
          each.AttributeName === 'customer' ? { ...each, AttributeType: 'N' as const } : each,
        ),
      }),
      'index by-customer: keys customer S HASH, sk N RANGE → customer N HASH, sk N RANGE',
    ],
  ])('names %s in one line', (_, live, line) => {
    expect(schemaDrift(orders, live)).toEqual([line]);
  });

  it('names an index that is gone', () => {
    expect(schemaDrift(orders, withDescribe({ LocalSecondaryIndexes: undefined }))).toEqual([
      'index by-status: local, pk S HASH, status S RANGE → none',
    ]);
  });
});

function withDescribe(change: Record<string, unknown>): TableSchema {
  return { ...orders, describe: { ...orders.describe, ...change } };
}
