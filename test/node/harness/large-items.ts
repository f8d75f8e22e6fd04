import type { AttributeValue, CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { everyType } from './items.js';
import type { Item } from './reader.js';

/** DynamoDB takes items of 400 KB, names and values together. */
const LARGEST = 400 * 1024;
const LARGE = 20;

/** A binary hash key and a numeric range key, an index with all attributes and one with keys only. */
export const extremesTable = (name: string): CreateTableCommandInput => ({
  TableName: name,
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'bin', KeyType: 'HASH' },
    { AttributeName: 'num', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'bin', AttributeType: 'B' },
    { AttributeName: 'num', AttributeType: 'N' },
    { AttributeName: 'group', AttributeType: 'S' },
    { AttributeName: 'part', AttributeType: 'B' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-group',
      KeySchema: [
        { AttributeName: 'group', KeyType: 'HASH' },
        { AttributeName: 'num', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'by-part',
      KeySchema: [
        { AttributeName: 'bin', KeyType: 'HASH' },
        { AttributeName: 'part', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
});

/** `count` items: a few as large as may be, a few nested as deep as may be, empty texts, 38 digits, keys of any bytes. */
export function* extremes(count: number): Generator<Item> {
  for (let number = 0; number < count; number += 1) {
    yield {
      bin: { B: keyBytes(number >> 3) },
      num: { N: `${number % 2 === 0 ? '' : '-'}${String(number).padStart(6, '1')}.${'7'.repeat(31)}1` },
      part: { B: keyBytes(number) },
      // Every seventh is in no index.
      ...(number % 7 === 0 ? {} : { group: { S: `group-${number % 100}` } }),
      ...special(number),
    };
  }
}

function special(number: number): Item {
  if (number < LARGE) return { large: { S: 'ž'.repeat((LARGEST - 1_024) / 2 - number) } };
  if (number % 1_000 < 2) return { deep: nested(31), ...everyType(number) };
  if (number % 10 === 0) return everyType(number);
  return { empty: { S: '' }, none: { B: new Uint8Array() }, n: { N: String(number) } };
}

/** The value at the bottom is level 32. */
function nested(levels: number): AttributeValue {
  if (levels === 0) return { S: 'bottom' };
  return levels % 2 === 0 ? { L: [nested(levels - 1)] } : { M: { '': nested(levels - 1) } };
}

function keyBytes(number: number): Uint8Array {
  const bytes = Buffer.alloc(6, 0xff);
  bytes.writeUInt32BE(number, 1);
  return bytes;
}
