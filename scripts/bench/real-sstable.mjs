// One SSTable that a real storage engine wrote: items such as applications keep, LZ4-compressed by the database itself.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { startRing } from '../demo/ring.mjs';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const ITEMS = 12_000;
const TABLE = 'bench';

/** Copies the components of one flushed SSTable of about 6 MB into the folder. Needs Java and Maven, as the demo does. */
export async function writeRealSSTable(folder, say) {
  const { BatchWriteItemCommand, CreateTableCommand, DynamoDBClient } =
    await import('@aws-sdk/client-dynamodb');
  const ring = await startRing(say);
  try {
    const { endpoint, nodetool, dataDirectory } = ring.addresses;
    const client = new DynamoDBClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'cassandra', secretAccessKey: 'cassandra' },
    });
    await client.send(
      new CreateTableCommand({
        TableName: TABLE,
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'N' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    for (let from = 0; from < ITEMS; from += 25) {
      const requests = Array.from({ length: 25 }, (_, index) => ({
        PutRequest: { Item: itemOf(from + index) },
      }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: requests } }));
    }
    client.destroy();
    const [program, ...args] = nodetool;
    const keyspace = `alternator_${TABLE}`;
    execFileSync(program, [...args, 'flush', keyspace, TABLE], { stdio: 'ignore' });
    return copySSTable(join(dataDirectory, keyspace), folder);
  } finally {
    await ring.stop();
  }
}

function copySSTable(keyspace, folder) {
  const [table] = readdirSync(keyspace).filter((name) => name.startsWith(`${TABLE}-`));
  if (table === undefined) throw new Error(`${keyspace} has no directory of ${TABLE}`);
  const files = readdirSync(join(keyspace, table)).filter((name) =>
    /^[a-z]{2}-.*\.(db|txt|crc32)$/.test(name),
  );
  const data = files.find((name) => name.endsWith('-Data.db'));
  if (data === undefined) throw new Error('nodetool flush wrote no SSTable');
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  const id = data.slice(0, -'Data.db'.length);
  for (const name of files.filter((each) => each.startsWith(id)))
    copyFileSync(join(keyspace, table, name), join(folder, name.slice(id.length)));
  return folder;
}

/** An order as a shop keeps it: identifiers, times, addresses, lines, a note. The same each time. */
function itemOf(number) {
  const random = seeded(number);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const word = () => pick(WORDS);
  const hex = createHash('sha256').update(`item ${number}`).digest('hex');
  const lines = Array.from({ length: 1 + Math.floor(random() * 5) }, () => ({
    M: {
      sku: { S: `SKU-${Math.floor(random() * 90_000) + 10_000}` },
      title: { S: `${word()} ${word()} ${word()}` },
      quantity: { N: String(1 + Math.floor(random() * 9)) },
      price: { N: (random() * 400).toFixed(2) },
      inStock: { BOOL: random() > 0.2 },
    },
  }));
  return {
    pk: { S: `customer#${hex.slice(0, 12)}` },
    sk: { N: String(1_700_000_000_000 + Math.floor(random() * 40_000_000_000)) },
    orderId: {
      S: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
    },
    status: { S: pick(['OPEN', 'PAID', 'PACKED', 'SHIPPED', 'DELIVERED', 'RETURNED']) },
    createdAt: { S: new Date(1_700_000_000_000 + Math.floor(random() * 4e10)).toISOString() },
    email: { S: `${word()}.${word()}${Math.floor(random() * 999)}@example.com` },
    address: {
      M: {
        street: { S: `${Math.floor(random() * 300) + 1} ${word()} street` },
        city: { S: pick(['Berlin', 'Wien', 'Paris', 'Lisboa', 'Oslo', 'Praha', 'Roma', 'Madrid']) },
        zip: { S: String(Math.floor(random() * 90_000) + 10_000) },
      },
    },
    lines: { L: lines },
    token: { B: createHash('sha512').update(hex).digest() },
    note: { S: Array.from({ length: 8 + Math.floor(random() * 40) }, word).join(' ') },
  };
}

const WORDS = (
  'amber anchor apple arrow autumn basket beacon birch blanket bottle bridge bronze button candle canyon carpet cedar ' +
  'cherry circle cobalt copper cotton crystal curtain dawn desert ember engine fabric falcon feather fern field flint ' +
  'forest garden ginger glass granite harbor hazel honey island ivory jacket jasper juniper kettle lantern leather lemon ' +
  'linen lumber magnet maple marble meadow mirror monsoon mountain nectar needle oak ocean olive orange orchid paper pebble ' +
  'pepper pine planet pocket quartz rabbit raven ribbon river saddle saffron sail silver slate spruce stone summer sunset ' +
  'table thistle timber topaz tulip valley velvet violet walnut willow window winter wool yarrow zephyr'
).split(' ');

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function seeded(seed) {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
