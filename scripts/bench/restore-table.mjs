import { randomBytes } from 'node:crypto';
import process from 'node:process';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const { BatchWriteItemCommand, CreateTableCommand, DeleteTableCommand, DynamoDBClient, ScanCommand } =
  await import('@aws-sdk/client-dynamodb');

export const TABLE = 'altbkbench';
/** Bytes of an item that do not shrink, so that so many megabytes are on the disk. */
const ITEM_BYTES = 4096;
const BATCH = 25;
const WRITERS = 8;
const SEGMENTS = 4;

/** The table that is restored: a hash and a range key, no index. */
export function openBenchTable(endpoint) {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'cassandra', secretAccessKey: 'cassandra' },
  });
  const drop = () => client.send(new DeleteTableCommand({ TableName: TABLE })).catch(() => undefined);

  async function countSegment(Segment) {
    let count = 0;
    let from;
    do {
      const page = await client.send(
        new ScanCommand({
          TableName: TABLE,
          Select: 'COUNT',
          Segment,
          TotalSegments: SEGMENTS,
          ExclusiveStartKey: from,
        }),
      );
      count += page.Count;
      from = page.LastEvaluatedKey;
    } while (from);
    return count;
  }

  return {
    /** Makes it anew with so many megabytes, and gives the number of its items. */
    async fill(megabytes) {
      await drop();
      await client.send(
        new CreateTableCommand({
          TableName: TABLE,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'sk', AttributeType: 'N' },
          ],
        }),
      );
      const items = Math.ceil((megabytes * 1e6) / ITEM_BYTES / BATCH) * BATCH;
      let next = 0;
      const writer = async () => {
        while (next < items) {
          const first = next;
          next += BATCH;
          const requests = Array.from({ length: BATCH }, (_, index) => ({
            PutRequest: { Item: itemOf(first + index) },
          }));
          await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: requests } }));
        }
      };
      await Promise.all(Array.from({ length: WRITERS }, writer));
      return items;
    },

    /** Read anew from the node, which may have been restarted in between. */
    async count() {
      const counts = await Promise.all(
        Array.from({ length: SEGMENTS }, (_, segment) => countSegment(segment)),
      );
      return counts.reduce((sum, each) => sum + each, 0);
    },

    async close() {
      await drop();
      client.destroy();
    },
  };
}

const itemOf = (number) => ({
  pk: { S: `customer-${Math.floor(number / 20)}` },
  sk: { N: String(number) },
  body: { B: randomBytes(ITEM_BYTES) },
});
