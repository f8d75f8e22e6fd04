import { Client, policies } from 'cassandra-driver';
import { scyllaEngine } from '../../src/engine/scylla/scylla-engine.js';
import { parseTableName } from '../../src/model/table-name.js';
import { runLocally } from '../../src/system/run.js';
import { systemClock } from '../../src/system/wait.js';
import type { NodeAddresses } from '../node-under-test/types.js';
import { engineContract } from '../contract/engine-contract.js';
import { openNode } from './harness/open-node.js';
import { openReader } from './harness/reader.js';

engineContract('The Scylla engine on a real node', async () => {
  const node = await openNode();
  const { addresses } = node;
  const reader = openReader(addresses);
  const [program = '', ...args] = addresses.nodetool;
  const engine = scyllaEngine({
    endpoint: addresses.endpoint,
    region: 'us-east-1',
    cqlHost: addresses.cql.host,
    cqlPort: addresses.cql.port,
    credentials: {
      accessKeyId: 'cassandra',
      secretAccessKey: 'cassandra',
      username: 'cassandra',
      password: 'cassandra',
    },
    nodetool: [program, ...args],
    cqlsh: ['cqlsh'],
    dataDirectory: addresses.dataDirectory,
    startTimeoutMs: 60_000,
    nodetoolTimeoutMs: 60_000,
    loadTimeoutMs: 60_000,
    run: runLocally,
    clock: systemClock,
    signal: new AbortController().signal,
  });

  return {
    engine,
    async put(table, count) {
      const items = Array.from({ length: count }, (_, index) => ({
        pk: { S: `i${index}` },
        colour: { S: 'red' },
      }));
      await reader.put(table, items);
    },
    count: (table, index) => reader.count(table, index),
    async addPlainCql() {
      const name = parseTableName(`viacql${Date.now().toString(36)}`);
      await runCql(addresses, [
        `CREATE KEYSPACE alternator_${name} WITH replication = {'class': 'NetworkTopologyStrategy', '${addresses.cql.datacenter}': '1'}`,
        `CREATE TABLE alternator_${name}.${name} (pk text PRIMARY KEY, v text)`,
      ]);
      return name;
    },
    async close() {
      await engine.close();
      reader.close();
      await node.close();
    },
  };
});

async function runCql({ cql }: NodeAddresses, statements: readonly string[]): Promise<void> {
  const client = new Client({
    contactPoints: [cql.host],
    protocolOptions: { port: cql.port },
    localDataCenter: cql.datacenter,
    isMetadataSyncEnabled: false,
    policies: { loadBalancing: new policies.loadBalancing.RoundRobinPolicy() },
  });
  for (const statement of statements) await client.execute(statement);
  await client.shutdown();
}
