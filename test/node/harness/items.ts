import type { AttributeValue, CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Item } from './reader.js';

const CUSTOMERS = 50;

/** A table with a hash and a range key, a global and a local index, tags; `extra` changes it. */
export const ordersTable = (
  name: string,
  extra: Partial<CreateTableCommandInput> = {},
): CreateTableCommandInput => ({
  TableName: name,
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'N' },
    { AttributeName: 'customer', AttributeType: 'S' },
    { AttributeName: 'status', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-customer',
      KeySchema: [
        { AttributeName: 'customer', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'by-status',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'status', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  Tags: [
    { Key: 'team', Value: 'shipping' },
    { Key: 'system:write_isolation', Value: 'only_rmw_uses_lwt' },
  ],
  ...extra,
});

/** `count` items of every DynamoDB type, each different, ten to a partition. */
export function* orders(count: number): Generator<Item> {
  for (let number = 0; number < count; number += 1) {
    yield {
      pk: { S: `order-${Math.floor(number / 10)}` },
      sk: { N: String(number % 10 === 0 ? number : -number / 4) },
      customer: { S: `customer-${number % CUSTOMERS}` },
      status: { S: ['open', 'paid', 'sent'][number % 3] ?? '' },
      ...everyType(number),
    };
  }
}

export const customerOf = (number: number): AttributeValue => ({ S: `customer-${number}` });

/** Attributes of every DynamoDB type, different for each number. */
export function everyType(number: number): Item {
  const bytes = Buffer.from([number & 0xff, 0, 255, (number >> 8) & 0xff]);
  return {
    empty: { S: '' },
    text: { S: `žluťoučký 🐎 ${number} "quoted" \\ \u0000` },
    exact: { N: `1234567890123456789012345678.${String(number).padStart(9, '0')}1` },
    small: { N: `-${number + 1}E-100` },
    bytes: { B: bytes },
    flag: { BOOL: number % 2 === 0 },
    nothing: { NULL: true },
    strings: { SS: ['b', 'a', `s${number}`] },
    numbers: { NS: ['1', '2.5', String(-number - 10)] },
    binaries: { BS: [bytes, Buffer.from('x')] },
    list: { L: [{ S: 'x' }, { N: String(number) }, { L: [] }, { M: {} }] },
    map: {
      M: { 'a.b': { S: 'dot' }, '': { S: 'empty name' }, deep: { M: { deeper: { L: [{ NULL: true }] } } } },
    },
  };
}
