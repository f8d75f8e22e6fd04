import { createHash } from 'node:crypto';
import process from 'node:process';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  ScanCommand,
  UpdateTimeToLiveCommand,
} = await import('@aws-sdk/client-dynamodb');

const key = (name, type) => ({ AttributeName: name, KeyType: type });
const attribute = (name, type) => ({ AttributeName: name, AttributeType: type });

const DEFINITIONS = {
  users: {
    KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
    AttributeDefinitions: [
      attribute('pk', 'S'),
      attribute('sk', 'N'),
      attribute('city', 'S'),
      attribute('age', 'N'),
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'ByCity', KeySchema: [key('city', 'HASH')], Projection: { ProjectionType: 'ALL' } },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'ByAge',
        KeySchema: [key('pk', 'HASH'), key('age', 'RANGE')],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    Tags: [
      { Key: 'team', Value: 'accounts' },
      { Key: 'system:write_isolation', Value: 'only_rmw_uses_lwt' },
    ],
  },
  orders: {
    KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
    AttributeDefinitions: [attribute('pk', 'S'), attribute('sk', 'N'), attribute('city', 'S')],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'ByCity',
        KeySchema: [key('city', 'HASH'), key('sk', 'RANGE')],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  },
  products: { KeySchema: [key('pk', 'HASH')], AttributeDefinitions: [attribute('pk', 'S')] },
};

/** Makes, fills and reads the demo's tables. It shares no code with the tool: what it says is a second opinion. */
export function openTables(endpoint) {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'cassandra', secretAccessKey: 'cassandra' },
  });

  const describe = async (name) => (await client.send(new DescribeTableCommand({ TableName: name }))).Table;

  const scan = async (name, index, onItem) => {
    let from;
    do {
      const page = await client.send(
        new ScanCommand({ TableName: name, IndexName: index, ExclusiveStartKey: from }),
      );
      page.Items.forEach(onItem);
      from = page.LastEvaluatedKey;
    } while (from);
  };

  return {
    async create(name) {
      await client.send(
        new CreateTableCommand({ TableName: name, BillingMode: 'PAY_PER_REQUEST', ...DEFINITIONS[name] }),
      );
      if (name !== 'users') return;
      const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expires' };
      await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
    },

    async fill(name, count) {
      const batches = [];
      for (let from = 0; from < count; from += 25) {
        const numbers = Array.from({ length: Math.min(25, count - from) }, (_, index) => from + index);
        batches.push(numbers.map((number) => ({ PutRequest: { Item: itemOf(number) } })));
      }
      const worker = async () => {
        for (let batch = batches.pop(); batch; batch = batches.pop()) {
          await client.send(new BatchWriteItemCommand({ RequestItems: { [name]: batch } }));
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
    },

    /** Every item as a digest by its key, the sizes of the indexes, and the settings that must survive as one text. */
    async read(name) {
      const described = await describe(name);
      const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: described.TableArn }));
      const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
      const items = new Map();
      await scan(name, undefined, (item) => items.set(`${item.pk.S} ${item.sk.N}`, digest(item)));
      const indexes = {};
      const all = [...(described.GlobalSecondaryIndexes ?? []), ...(described.LocalSecondaryIndexes ?? [])];
      for (const { IndexName } of all) {
        indexes[IndexName] = 0;
        await scan(name, IndexName, () => (indexes[IndexName] += 1));
      }
      const settings = {
        keys: described.KeySchema,
        indexes: all.map(({ IndexName, KeySchema }) => ({ IndexName, KeySchema })),
        billing: described.BillingModeSummary?.BillingMode,
        tags: Tags,
        ttl: ttl.TimeToLiveDescription,
      };
      return { items, indexes, schema: JSON.stringify(sorted(settings)) };
    },

    async remove(name) {
      await client.send(new DeleteTableCommand({ TableName: name }));
    },
    list: async () => (await client.send(new ListTablesCommand({}))).TableNames,
    close: () => client.destroy(),
  };
}

/** One item with every DynamoDB type, different from all others. */
const itemOf = (number) => ({
  pk: { S: `p${number}` },
  sk: { N: String(number) },
  city: { S: ['Praha', 'Brno', 'Žďár'][number % 3] },
  age: { N: String(18 + (number % 60)) },
  empty: { S: '' },
  exact: { N: `12345678901234567890.${number}1` },
  bytes: { B: Buffer.from([number & 255, 0, 255]) },
  flag: { BOOL: number % 2 === 0 },
  nothing: { NULL: true },
  strings: { SS: ['a', `s${number}`] },
  numbers: { NS: ['1', `-${number + 2}.5`] },
  binaries: { BS: [Buffer.from([1]), Buffer.from([number & 255, 2])] },
  list: { L: [{ S: 'x' }, { N: String(number) }] },
  map: { M: { street: { S: `Street ${number}` }, deep: { M: { flag: { BOOL: true } } } } },
});

const digest = (item) =>
  createHash('sha256')
    .update(JSON.stringify(sorted(item)))
    .digest('base64');

/** Members and sets in one order: neither has one in DynamoDB. */
function sorted(value) {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    members.map(([name, member]) => [name, /^[SNB]S$/.test(name) ? sorted(member).sort() : sorted(member)]),
  );
}
