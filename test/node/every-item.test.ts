import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forgeBackup } from './harness/forged-backup.js';
import { orders, ordersTable } from './harness/items.js';
import { extremes, extremesTable } from './harness/large-items.js';
import type { Reader } from './harness/reader.js';
import { withNode } from './harness/with-node.js';

/** The number can be lowered against a real cluster, never in CI. */
const MANY = Math.min(Number(process.env['ALTERNATOR_BACKUP_TEST_ITEMS'] ?? 100_000), 100_000);
/** A request takes 16 MB at most. */
const LARGE = 20;

async function fill(reader: Reader, table: string, count: number): Promise<void> {
  const items = [...extremes(count)];
  for (const item of items.slice(0, LARGE)) await reader.put(table, [item]);
  await reader.put(table, items.slice(LARGE));
}

describe('Every item of every type, with a checksum', () => {
  const bench = withNode();
  const itemsIn = (table: string) =>
    (
      JSON.parse(readFileSync(join(bench.tool.backups, table, 'manifest.json'), 'utf8')) as {
        items: { count: number; sha256: string; indexes: { name: string; count: number }[] } | null;
      }
    ).items;

  it(`${MANY} items, some of 400 KB and 32 levels: a full check finds them equal after delete and restore (T-68)`, async () => {
    const table = 'every-item';
    await bench.reader.createTable(extremesTable(table));
    await fill(bench.reader, table, MANY);
    const before = await bench.reader.contents(table);
    const grouped = await bench.reader.contents(table, 'by-group');
    expect(before.size).toBe(MANY);

    await bench.tool.expect(0, ['backup', table, '--checksum']);
    expect(itemsIn(table)).toMatchObject({
      count: MANY,
      indexes: [
        { name: 'by-group', count: grouped.size },
        { name: 'by-part', count: MANY },
      ],
    });
    await bench.reader.deleteTable(table);
    const { stderr } = await bench.tool.expect(0, ['restore', table, '--yes', '--check', 'full']);
    expect(stderr).toContain(`all ${MANY} items of ${table}`);
    expect(stderr).toContain('the same as at the backup');

    const after = await bench.reader.contents(table);
    expect(after.size).toBe(before.size);
    expect([...before].filter(([key, digest]) => after.get(key) !== digest)).toEqual([]);
    const groupedAfter = await bench.reader.contents(table, 'by-group');
    expect([...grouped].filter(([key, digest]) => groupedAfter.get(key) !== digest)).toEqual([]);
    await bench.reader.deleteTable(table);
  }, 600_000);

  it.for([
    { table: 'one-more', differs: 'an item more', forged: { count: 61 }, entries: {}, code: 1 },
    {
      table: 'other-content',
      differs: 'other content',
      forged: { sha256: 'a'.repeat(64) },
      entries: {},
      code: 1,
    },
    {
      table: 'late-index',
      differs: 'less in an index, which may be late',
      forged: {},
      entries: { count: 29 },
      code: 3,
    },
  ])(
    'is compared with the manifest by --check full: $differs there, exit $code (T-66)',
    async ({ table, forged, entries, code }) => {
      await bench.reader.createTable(ordersTable(table));
      await bench.reader.put(table, orders(60));
      await bench.tool.expect(0, ['backup', table, '--checksum']);
      const saved = await bench.reader.contents(table);
      await bench.tool.expect(0, ['restore', table, '--yes', '--check', 'full']);
      expect(await bench.reader.contents(table)).toEqual(saved);

      await bench.reader.put(table, [{ pk: { S: 'later' }, sk: { N: '1' } }]);
      const before = await bench.reader.contents(table);
      forgeBackup(
        join(bench.tool.backups, table),
        'README.txt',
        (text) => text,
        (manifest) => {
          const { items } = manifest;
          if (!items) throw new Error('no checksum of items');
          const indexes = items.indexes.map((each) => ({ ...each, ...entries }));
          return { ...manifest, items: { ...items, ...forged, indexes } };
        },
      );
      const { stderr } = await bench.tool.expect(code, ['restore', table, '--yes', '--check', 'full']);
      // The items of an index are the server's to complete: that they are not there is no reason to take the table away.
      expect(stderr).toMatch(
        code === 1 ? /is as it was before/ : /by-customer gave 29 entries .* and gives 60/,
      );
      expect(await bench.reader.contents(table)).toEqual(code === 1 ? before : saved);
      await bench.reader.deleteTable(table);
    },
  );

  it('has no checksum, and says so, where somebody writes during the backup', async () => {
    const table = 'written-to';
    await bench.reader.createTable(extremesTable(table));
    await bench.reader.put(table, [...extremes(200)].slice(LARGE));
    const stop = new AbortController();
    let written = 1_000;
    const writer = (async () => {
      while (!stop.signal.aborted) {
        written += 1;
        await bench.reader.put(table, [...extremes(written + 1)].slice(written));
      }
    })();
    const backup = bench.tool.expect(3, ['backup', table, '--checksum']).finally(() => {
      stop.abort();
    });
    await Promise.allSettled([backup, writer]);
    await writer;
    const { stderr } = await backup;
    expect(stderr).toContain(`The backup of ${table} has no checksum of its items: they changed`);
    expect(itemsIn(table)).toBeNull();
    // More may have been counted than the snapshot holds: then there is a doubt, and a warning.
    const restored = await bench.tool.run(['restore', table, '--yes', '--check', 'full']);
    expect([0, 3], restored.stderr).toContain(restored.code);
    await bench.reader.deleteTable(table);
  });
});
