import type { AttributeValue, CreateTableCommandInput, ScalarAttributeType } from '@aws-sdk/client-dynamodb';
import { everyType } from './items.js';
import type { Item } from './reader.js';

export interface KeyTypes {
  readonly hash: ScalarAttributeType;
  readonly range: ScalarAttributeType;
}

/** A table with all that Alternator knows: keys of these types, two global indexes, a local one, five tags and a stream. */
export const richTable = (
  name: string,
  { hash, range }: KeyTypes,
  extra: Partial<CreateTableCommandInput> = {},
): CreateTableCommandInput => ({
  TableName: name,
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'at', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: hash },
    { AttributeName: 'at', AttributeType: range },
    { AttributeName: 'owner', AttributeType: 'S' },
    { AttributeName: 'when', AttributeType: 'N' },
    { AttributeName: 'code', AttributeType: 'B' },
    { AttributeName: 'rank', AttributeType: 'N' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'ByOwner',
      KeySchema: [
        { AttributeName: 'owner', KeyType: 'HASH' },
        { AttributeName: 'when', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'by-code',
      KeySchema: [{ AttributeName: 'code', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'by.rank',
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'rank', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  Tags: [
    { Key: 'team', Value: 'shipping' },
    { Key: 'cost centre', Value: '1=x' },
    { Key: 'empty', Value: '' },
    { Key: 'a:b.c_d', Value: 'https://x.example/-' },
    { Key: 'system:write_isolation', Value: 'only_rmw_uses_lwt' },
  ],
  ...extra,
});

/** Each index with one of its keys. */
export const indexKeys = ({ hash }: KeyTypes): readonly (readonly [string, string, AttributeValue])[] => [
  ['ByOwner', 'owner', { S: 'owner-3' }],
  ['by-code', 'code', { B: Uint8Array.of(0, 3, 255) }],
  ['by.rank', 'id', keyValue(hash, 4)],
];

/** Items for it, five to a partition; of ten one is not in the global indexes and one not in the local one. */
export function* richItems(count: number, { hash, range }: KeyTypes): Generator<Item> {
  for (let number = 0; number < count; number += 1) {
    yield {
      id: keyValue(hash, Math.floor(number / 5)),
      at: keyValue(range, number),
      ...(number % 10 === 9 ? {} : { owner: { S: `owner-${number % 7}` }, when: { N: String(-number) } }),
      ...(number % 10 === 9 ? {} : { code: { B: Uint8Array.of(0, number % 6, 255) } }),
      ...(number % 10 === 8 ? {} : { rank: { N: `${number % 5}.5` } }),
      ...everyType(number),
    };
  }
}

/** A key value of that type, another one for each number. */
function keyValue(type: ScalarAttributeType, number: number): AttributeValue {
  if (type === 'S') return { S: `key ${number} ž"'` };
  if (type === 'N') return { N: number % 2 === 0 ? String(number) : `-${number}.25` };
  return { B: Uint8Array.of(number >> 8, number & 0xff, 0) };
}
