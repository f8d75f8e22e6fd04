import { Client } from 'cassandra-driver';
import type { NodeAddresses } from '../../../node-under-test/index.js';
import type { Target } from './refresh-replay.js';
import { createOrders, scanCounts, tableDirectory } from './tables.js';

export function cqlClient(
  { cql }: NodeAddresses,
  credentials?: { username: string; password: string },
): Client {
  return new Client({
    contactPoints: [cql.host],
    localDataCenter: cql.datacenter,
    protocolOptions: { port: cql.port },
    isMetadataSyncEnabled: false,
    ...(credentials === undefined ? {} : { credentials }),
  });
}

/** A table made through the API, counted by Scan and emptied by TRUNCATE. */
export async function makeTarget(
  node: NodeAddresses,
  client: Client,
  name: string,
  indexes: boolean,
): Promise<Target> {
  await createOrders(node, name, indexes);
  return {
    node,
    name,
    directory: await tableDirectory(node, `alternator_${name}`, name),
    count: () => scanCounts(node, name, indexes ? ['by-customer', 'by-status'] : []),
    empty: async () => {
      await client.execute(`TRUNCATE "alternator_${name}"."${name}"`);
    },
  };
}
