import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { customerOf, orders, ordersTable } from './harness/items.js';
import type { OpenedNode } from './harness/open-node.js';
import { withNode } from './harness/with-node.js';

/** Longer tables take minutes on a real cluster; the number can be lowered there, never in CI. */
const MANY = Number(process.env['ALTERNATOR_BACKUP_TEST_ITEMS'] ?? 50_000);

describe('A table that was backed up, deleted and restored', () => {
  const bench = withNode();

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
      await bench.reader.createTable(ordersTable(table));
      await bench.reader.setTimeToLive(table, 'expires');
      await bench.reader.put(table, orders(count));
      const before = {
        items: await bench.reader.contents(table),
        schema: await bench.reader.schema(table),
        id: (await bench.reader.describe(table)).TableId,
        customer: (await bench.reader.query(table, 'by-customer', 'customer', customerOf(7))).length,
      };
      expect(before.items.size).toBe(count);

      await bench.tool.expect(0, ['backup', table]);
      expect(snapshotsOf(bench.node, table)).toEqual([]);
      await bench.reader.deleteTable(table);
      await bench.tool.expect(0, ['restore', table, '--yes', ...(mode === 'offline' ? ['--offline'] : [])]);

      const after = await bench.reader.contents(table);
      expect(after.size).toBe(before.items.size);
      expect([...before.items].filter(([key, digest]) => after.get(key) !== digest)).toEqual([]);
      expect(await bench.reader.count(table, 'by-customer')).toBe(count);
      expect(await bench.reader.count(table, 'by-status')).toBe(count);
      expect((await bench.reader.query(table, 'by-customer', 'customer', customerOf(7))).length).toBe(
        before.customer,
      );
      expect(await bench.reader.schema(table)).toEqual(before.schema);
      expect((await bench.reader.describe(table)).TableId).not.toBe(before.id);
      await bench.reader.deleteTable(table);
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
