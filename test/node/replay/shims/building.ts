import { join } from 'node:path';
import type { Client } from 'cassandra-driver';
import type { NodeAddresses } from '../../../node-under-test/index.js';
import { fill } from './refresh-replay.js';
import { createOrders, tableDirectory } from './tables.js';

const TABLE = '"alternator_slow"."slow"';
const VIEW = '"alternator_slow"."slow:by-customer"';

/** A table of many items without the view that the recordings watch while it is built. */
export async function makeSlowTable(node: NodeAddresses, client: Client, source: string): Promise<void> {
  await createOrders(node, 'slow', true);
  await client.execute(`DROP MATERIALIZED VIEW ${VIEW}`);
  fill(join(await tableDirectory(node, 'alternator_slow', 'slow'), 'upload'), source, false);
  const { rest } = node;
  const loaded = await fetch(`${rest}/storage_service/sstables/alternator_slow?cf=slow`, { method: 'POST' });
  if (loaded.status !== 200) throw new Error(await loaded.text());
}

/** Runs `ask` directly after the view was made, and removes the view again. */
export async function whileBuilding<T>(client: Client, ask: () => T | Promise<T>): Promise<T> {
  await client.execute(
    `CREATE MATERIALIZED VIEW ${VIEW} AS SELECT * FROM ${TABLE}
     WHERE customer IS NOT NULL AND sk IS NOT NULL AND pk IS NOT NULL PRIMARY KEY (customer, sk, pk)`,
  );
  try {
    return await ask();
  } finally {
    await client.execute(`DROP MATERIALIZED VIEW ${VIEW}`);
  }
}
