import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
