import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerOf, orders, ordersTable } from './harness/items.js';
import { openNode, type OpenedNode } from './harness/open-node.js';
import { openReader, type Reader } from './harness/reader.js';
import { openTool, type Tool } from './harness/tool.js';

/** Longer tables take minutes on a real cluster; the number can be lowered there, never in CI. */
const MANY = Number(process.env['ALTERNATOR_BACKUP_TEST_ITEMS'] ?? 50_000);

describe('A table that was backed up, deleted and restored', () => {
  let node: OpenedNode;
  let reader: Reader;
  let tool: Tool;
  beforeAll(async () => {
    node = await openNode();
    reader = openReader(node.addresses);
    tool = openTool(node.addresses);
  });
  afterAll(async () => {
    reader.close();
    tool.close();
    await node.close();
  });

  it.each([
    ['online', 1],
    ['offline', 1],
    ['online', 0],
    ['offline', 0],
    ['online', MANY],
    ['offline', MANY],
  ] as const)(
    '%s, with %i items: every item, every index and the schema are equal (T-46)',
    async (mode, count) => {
      const table = `rt-${mode}-${count}`;
      await reader.createTable(ordersTable(table));
      await reader.setTimeToLive(table, 'expires');
      await reader.put(table, orders(count));
      const before = {
        items: await reader.contents(table),
        schema: await reader.schema(table),
        id: (await reader.describe(table)).TableId,
        customer: (await reader.query(table, 'by-customer', 'customer', customerOf(7))).length,
      };
      expect(before.items.size).toBe(count);

      await tool.expect(0, ['backup', table]);
      expect(snapshotsOf(node, table)).toEqual([]);
      await reader.deleteTable(table);
      await tool.expect(0, ['restore', table, '--yes', ...(mode === 'offline' ? ['--offline'] : [])]);

      const after = await reader.contents(table);
      expect(after.size).toBe(before.items.size);
      expect([...before.items].filter(([key, digest]) => after.get(key) !== digest)).toEqual([]);
      expect(await reader.count(table, 'by-customer')).toBe(count);
      expect(await reader.count(table, 'by-status')).toBe(count);
      expect((await reader.query(table, 'by-customer', 'customer', customerOf(7))).length).toBe(
        before.customer,
      );
      expect(await reader.schema(table)).toEqual(before.schema);
      expect((await reader.describe(table)).TableId).not.toBe(before.id);
      await reader.deleteTable(table);
    },
  );
});

/** Tags of ours that are still on the node's disk. */
function snapshotsOf({ addresses }: OpenedNode, table: string): readonly string[] {
  const keyspace = join(addresses.dataDirectory, `alternator_${table}`);
  return readdirSync(keyspace, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /snapshots\/altbk_/.test(path),
  );
}
