import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAddresses } from '../../../node-under-test/index.js';
import type { Counts } from './recorded.js';

type Body = Readonly<Record<string, unknown>>;

/** One request to the Alternator port, unsigned; gives the body or throws with status and message. */
export async function api(node: NodeAddresses, operation: string, body: Body): Promise<Body> {
  const response = await fetch(node.endpoint, {
    method: 'POST',
    headers: {
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
    },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Body;
  if (response.status !== 200) throw new Error(`${response.status} ${String(answer['message'])}`);
  return answer;
}

const key = (name: string, type: 'HASH' | 'RANGE') => ({ AttributeName: name, KeyType: type });
const attribute = (name: string, type: 'S' | 'N') => ({ AttributeName: name, AttributeType: type });
const ALL = { ProjectionType: 'ALL' };

/** A table with a hash key only. */
export const createPlain = (node: NodeAddresses, name: string, more: Body = {}): Promise<Body> =>
  api(node, 'CreateTable', {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [attribute('pk', 'S')],
    KeySchema: [key('pk', 'HASH')],
    ...more,
  });

/** The recordings' usual table: hash and range key, without indexes or with GSI `by-customer` and LSI `by-status`. */
export const createOrders = (node: NodeAddresses, name: string, indexes: boolean): Promise<Body> =>
  api(node, 'CreateTable', {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      attribute('pk', 'S'),
      attribute('sk', 'N'),
      ...(indexes ? [attribute('status', 'S'), attribute('customer', 'S')] : []),
    ],
    KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
    ...(indexes
      ? {
          LocalSecondaryIndexes: [
            {
              IndexName: 'by-status',
              KeySchema: [key('pk', 'HASH'), key('status', 'RANGE')],
              Projection: ALL,
            },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'by-customer',
              KeySchema: [key('customer', 'HASH'), key('sk', 'RANGE')],
              Projection: ALL,
            },
          ],
        }
      : {}),
  });

export interface Items {
  readonly from?: number;
  readonly count: number;
  readonly partitions: number;
  /** Times 70 bytes of text in each item. */
  readonly words?: number;
}

const BATCH = 25;
const WRITERS = 8;

/** Items 0 to count - 1 in so many partitions, like those of the recordings. */
export async function putOrders(
  node: NodeAddresses,
  name: string,
  { from = 0, count, partitions, words = 12 }: Items,
): Promise<void> {
  const items = Array.from({ length: count }, (_, at) => from + at).map((at) => ({
    PutRequest: {
      Item: {
        pk: { S: `p${at % partitions}` },
        sk: { N: String(at) },
        status: { S: ['open', 'paid', 'sent'][at % 3] },
        customer: { S: `c${at % 10}` },
        // Of different lengths, so that half of a file is never the end of a partition.
        text: {
          S:
            `text of item ${at}, to fill more than one chunk of the file `.repeat(words) +
            'x'.repeat(at % 17),
        },
      },
    },
  }));
  let next = 0;
  const writer = async () => {
    for (let at = next; at < items.length; at = next) {
      next += BATCH;
      await api(node, 'BatchWriteItem', { RequestItems: { [name]: items.slice(at, at + BATCH) } });
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

/** Items that Scan counts in the base table and these indexes; the error where it fails. */
export async function scanCounts(
  node: NodeAddresses,
  name: string,
  indexes: readonly string[],
): Promise<Counts> {
  const counts: Record<string, number | string> = { scan: await scanCount(node, { TableName: name }) };
  for (const index of indexes) {
    counts[`scan ${index}`] = await scanCount(node, { TableName: name, IndexName: index });
  }
  return counts;
}

/** Items that Scan counts, over all pages, or the error. */
export async function scanCount(node: NodeAddresses, request: Body): Promise<number | string> {
  let count = 0;
  let start: unknown;
  do {
    try {
      const page = await api(node, 'Scan', {
        ...request,
        Select: 'COUNT',
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      count += Number(page['Count']);
      start = page['LastEvaluatedKey'];
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  } while (start !== undefined);
  return count;
}

/** The live directory of a table or view; names as Cassandra stores them. */
export async function tableDirectory(node: NodeAddresses, keyspace: string, table: string): Promise<string> {
  const folder = join(node.dataDirectory, keyspace);
  const candidates = readdirSync(folder).filter((name) => name.replace(/-[0-9a-f]{32}$/, '') === table);
  const [only, ...others] = candidates;
  if (only === undefined || others.length > 0)
    throw new Error(`${candidates.length} directories of ${table} in ${folder}`);
  return join(folder, only);
}
