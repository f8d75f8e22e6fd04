import type { Session } from './session.js';

export interface Key {
  readonly hash: string;
  readonly range?: string;
}

const TYPES = { pk: 'S', sk: 'N', status: 'S', customer: 'S', zz: 'S' } as const;

function definitions(keys: readonly (Key | undefined)[]): readonly object[] {
  const used = new Set(keys.flatMap((key) => [key?.hash, key?.range]));
  return Object.entries(TYPES)
    .filter(([attribute]) => used.has(attribute))
    .map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
}

const keySchema = ({ hash, range }: Key): readonly object[] => [
  { AttributeName: hash, KeyType: 'HASH' },
  ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' }]),
];

export interface Wanted {
  readonly key?: Key;
  readonly gsi?: Key;
  readonly lsi?: Key;
}

/** The tables that the recording's set-up made: `pk` S, often `sk` N, GSI `by-customer`, LSI `by-status`. */
export function tableRequest(name: string, { key = { hash: 'pk' }, gsi, lsi }: Wanted): object {
  const index = (IndexName: string, schema: Key): object => ({
    IndexName,
    KeySchema: keySchema(schema),
    Projection: { ProjectionType: 'ALL' },
  });
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: definitions([key, gsi, lsi]),
    KeySchema: keySchema(key),
    ...(lsi === undefined ? {} : { LocalSecondaryIndexes: [index('by-status', lsi)] }),
    ...(gsi === undefined ? {} : { GlobalSecondaryIndexes: [index('by-customer', gsi)] }),
  };
}

export async function create(session: Session, name: string, wanted: Wanted = {}): Promise<void> {
  session.generated.forget(name);
  await session.sender.call('CreateTable', tableRequest(name, wanted));
  session.tables.add(name);
}

export async function drop(session: Session, name: string): Promise<void> {
  await session.sender.call('DeleteTable', { TableName: name });
  session.tables.delete(name);
  session.generated.forget(name);
}

/** Item `i` of the recorded tables (snapshots/orders/items.json, and the requests of api 568). */
export const order = (i: number, pk = `p${i % 20}`): object => ({
  pk: { S: pk },
  sk: { N: String(i) },
  status: { S: i % 2 === 0 ? 'open' : 'closed' },
  customer: { S: `c${i % 7}` },
  n: { N: '12345678901234567890.123456789' },
  b: { B: Buffer.from([i % 256, 0, 255]).toString('base64') },
  bool: { BOOL: true },
  nul: { NULL: true },
  l: { L: [{ S: 'x' }, { N: '1' }] },
  m: { M: { k: { S: 'v' }, d: { N: '-0.001' } } },
  ss: { SS: ['a', 'b'] },
  ns: { NS: ['1', '2.5'] },
  bs: { BS: ['AA==', 'AQ=='] },
  uni: { S: 'žluťoučký 🐎' },
});

export async function load(
  { sender }: Session,
  table: string,
  count: number,
  item: (i: number) => object,
  batch = 25,
): Promise<void> {
  const starts = Array.from({ length: Math.ceil(count / batch) }, (_, at) => at * batch);
  const lane = async (): Promise<void> => {
    for (let start = starts.pop(); start !== undefined; start = starts.pop()) {
      const from = start;
      const requests = Array.from({ length: Math.min(batch, count - from) }, (_, at) => ({
        PutRequest: { Item: item(from + at) },
      }));
      await sender.call('BatchWriteItem', { RequestItems: { [table]: requests } });
    }
  };
  await Promise.all(Array.from({ length: 6 }, lane));
}

/** Fewer than the recorded 20,000 to 40,000: enough to see an index in the middle of being built. */
export const BUILT_ITEMS = 3_000;

export const builtItem = (i: number): object => ({
  pk: { S: `k${i}` },
  g: { S: `g${i % 10}` },
  h: { S: `h${i % 7}` },
  fill: { S: 'x'.repeat(150) },
});

export const addIndex = (session: Session, table: string, IndexName: string, key: Key): Promise<unknown> =>
  session.sender.call('UpdateTable', {
    TableName: table,
    AttributeDefinitions: definitions([key]),
    GlobalSecondaryIndexUpdates: [
      { Create: { IndexName, KeySchema: keySchema(key), Projection: { ProjectionType: 'ALL' } } },
    ],
  });

export const BY_CUSTOMER: Key = { hash: 'customer', range: 'sk' };

export const ORDERS: Wanted = {
  key: { hash: 'pk', range: 'sk' },
  gsi: BY_CUSTOMER,
  lsi: { hash: 'pk', range: 'status' },
};
