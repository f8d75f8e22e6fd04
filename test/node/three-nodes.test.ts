import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, policies } from 'cassandra-driver';
import { startNode, type NodeUnderTest } from '../node-under-test/index.js';
import { orders, ordersTable } from './harness/items.js';
import { openReader, type Reader } from './harness/reader.js';
import { openTool, type Tool } from './harness/tool.js';

/** Needs a ring of its own: a foreign node is one node. */
const foreign = process.env['ALTERNATOR_BACKUP_TEST_NODE'] !== undefined;

describe.skipIf(foreign)('A ring of three nodes', () => {
  let ring: NodeUnderTest;
  let reader: Reader;
  let tool: Tool;
  beforeAll(async () => {
    ring = await startNode({ nodes: 3 });
    reader = openReader(ring);
    tool = openTool(ring);
  });
  afterAll(async () => {
    reader.close();
    tool.close();
    await ring.stop();
  });

  it('with three copies of everything: one node has the whole table, and a restore reaches all', async () => {
    await reader.createTable(ordersTable('whole'));
    await reader.put('whole', orders(400));
    // A write is done when two of three nodes have it; the third, maybe the one that is backed up, gets it a moment later.
    await delay(2_000);
    const before = await reader.contents('whole');
    await tool.expect(0, ['backup', 'whole']);
    await reader.deleteTable('whole');
    await tool.expect(0, ['restore', 'whole', '--yes']);
    for (const { endpoint } of ring.nodes) {
      const other = openReader({ endpoint });
      expect(await other.contents('whole')).toEqual(before);
      await expect.poll(() => other.count('whole', 'by-customer'), { timeout: 10_000 }).toBe(400);
      other.close();
    }
  });

  it('with one copy: the share of one node is refused as a backup of the table, with the reason (T-38, exit 5)', async () => {
    await reader.createTable(ordersTable('share'));
    const client = new Client({
      contactPoints: [ring.cql.host],
      protocolOptions: { port: ring.cql.port },
      localDataCenter: ring.cql.datacenter,
      isMetadataSyncEnabled: false,
      policies: { loadBalancing: new policies.loadBalancing.RoundRobinPolicy() },
    });
    await client.execute(
      `ALTER KEYSPACE "alternator_share" WITH replication = {'class': 'NetworkTopologyStrategy', '${ring.cql.datacenter}': '1'}`,
    );
    await client.shutdown();
    const { stderr } = await tool.expect(5, ['backup', 'share']);
    expect(stderr).toContain("this node holds only its share of table 'share'");
    expect(stderr).toContain('--node-local-only');
    await tool.expect(0, ['backup', 'share', '--node-local-only']);
    const restore = await tool.expect(5, ['restore', 'share', '--yes']);
    expect(restore.stderr).toContain("only one node's share");
  });
});
