import { join } from 'node:path';
import type { Client } from 'cassandra-driver';
import type { NodeAddresses } from '../../../node-under-test/index.js';
import { createOrders, putOrders, tableDirectory, type Items } from './tables.js';

/** Folders with the files of snapshots, as the recordings loaded them. */
export interface Sources {
  /** 200 items in 20 partitions, with GSI and LSI. */
  readonly usual: string;
  /** The SSTables of the view `by-customer` of the usual one. */
  readonly view: string;
  /** The same items in two SSTables. */
  readonly twoGenerations: string;
  readonly uncompressed: string;
  readonly withoutIndexes: string;
  readonly oneItem: string;
  /** 200 items in one partition, without indexes. */
  readonly onePartition: string;
  readonly oneItemIndexed: string;
}

export interface Making {
  readonly table: string;
  readonly indexes: boolean;
  readonly parts: readonly Items[];
  readonly compressed?: boolean;
}

const USUAL = [{ count: 200, partitions: 20 }];

/** Makes the tables, writes and snapshots them. */
export async function makeSources(node: NodeAddresses, client: Client): Promise<Sources> {
  const make = (making: Making) => makeSource(node, client, making);
  const usual = await make({ table: 'src', indexes: true, parts: USUAL });
  return {
    usual,
    view: join(await tableDirectory(node, 'alternator_src', 'src:by-customer'), 'snapshots', 'all'),
    twoGenerations: await make({
      table: 'srcTwo',
      indexes: true,
      parts: [
        { count: 100, partitions: 20 },
        { from: 100, count: 100, partitions: 20 },
      ],
    }),
    uncompressed: await make({ table: 'srcPlain', indexes: true, parts: USUAL, compressed: false }),
    withoutIndexes: await make({ table: 'srcBare', indexes: false, parts: USUAL }),
    oneItem: await make({ table: 'srcOne', indexes: false, parts: [{ count: 1, partitions: 1 }] }),
    onePartition: await make({ table: 'srcPart', indexes: false, parts: [{ count: 200, partitions: 1 }] }),
    oneItemIndexed: await make({ table: 'srcOneX', indexes: true, parts: [{ count: 1, partitions: 1 }] }),
  };
}

/** The files of a table with GSI and LSI and so many items. */
export function makeManyItems(
  node: NodeAddresses,
  client: Client,
  table: string,
  count: number,
): Promise<string> {
  const parts = [{ count, partitions: count / 10, words: 1 }];
  return makeSource(node, client, { table, indexes: true, parts });
}

/** Makes one table and gives the folder of its snapshot. */
export async function makeSource(
  node: NodeAddresses,
  client: Client,
  { table, indexes, parts, compressed = true }: Making,
): Promise<string> {
  await createOrders(node, table, indexes);
  if (!compressed)
    await client.execute(
      `ALTER TABLE "alternator_${table}"."${table}" WITH compression = {'enabled': 'false'}`,
    );
  for (const part of parts) {
    await putOrders(node, table, part);
    await post(`${node.rest}/storage_service/keyspace_flush/alternator_${table}`);
  }
  await post(`${node.rest}/storage_service/snapshots?tag=all&kn=alternator_${table}`);
  return join(await tableDirectory(node, `alternator_${table}`, table), 'snapshots', 'all');
}

async function post(address: string): Promise<void> {
  const response = await fetch(address, { method: 'POST' });
  if (response.status !== 200) throw new Error(`${address}: ${response.status} ${await response.text()}`);
}
