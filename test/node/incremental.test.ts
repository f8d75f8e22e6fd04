import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseManifest } from '../../src/model/manifest.js';
import { openCql, type Cql } from './harness/cql.js';
import { orders, ordersTable } from './harness/items.js';
import { withNode } from './harness/with-node.js';

const TABLE = 'increments';
const KEYSPACE = `alternator_${TABLE}`;

describe('Backups of a table that goes on living', () => {
  const bench = withNode();
  let cql: Cql;
  beforeAll(async () => {
    cql = await openCql(bench.node.addresses);
    await bench.reader.createTable(ordersTable(TABLE));
  });
  afterAll(async () => {
    await bench.reader.deleteTable(TABLE);
    await cql.close();
  });

  const flush = () => {
    const [nodetool = '', ...args] = bench.node.addresses.nodetool;
    execFileSync(nodetool, [...args, 'flush', KEYSPACE]);
  };
  const newest = () => parseManifest(readFileSync(join(bench.tool.backups, TABLE, 'manifest.json'), 'utf8'));
  const dataFiles = (): readonly string[] => {
    const keyspace = join(bench.node.addresses.dataDirectory, KEYSPACE);
    const [directory = ''] = readdirSync(keyspace).filter((name) => name.startsWith(`${TABLE}-`));
    return readdirSync(join(keyspace, directory)).filter((name) => name.endsWith('-Data.db'));
  };
  const alter = (options: string) => cql.execute(`ALTER TABLE "${KEYSPACE}"."${TABLE}" WITH ${options}`);

  it('each copies what the one before has, and restores to what the table was then; what was deleted and compacted away stays away (TX-27)', async () => {
    await bench.reader.put(TABLE, orders(2000));
    flush();
    await bench.tool.expect(0, ['backup', TABLE]);
    const full = newest();
    expect(full).toMatchObject({ type: 'full', baseline: null });

    // Nothing written: nothing new but the server's two notes.
    const again = await bench.tool.expect(0, ['backup', TABLE]);
    const known = full.archive.entries.filter(({ name }) => /-big-|-bti-/.test(name)).length;
    const notes = full.archive.entries.length - known;
    expect(again.stderr).toContain(`${known + notes} files: ${notes} new, ${known} reused, `);
    expect(newest()).toMatchObject({ type: 'incremental', baseline: full.label });
    expect(newest().label).toBe(full.label.replace(/_full$/, '_incremental'));

    const more = [...orders(2600)].slice(1990);
    await bench.reader.put(TABLE, more);
    flush();
    const written = await bench.tool.expect(0, ['backup', TABLE]);
    const grown = newest();
    const all = grown.archive.entries.length;
    expect(all).toBeGreaterThan(known + notes);
    expect(written.stderr).toContain(`${all} files: ${all - known} new, ${known} reused, `);
    expect(grown.label).toBe(full.label.replace(/_full$/, '_incremental_r1'));
    const whole = await bench.reader.contents(TABLE);
    expect(whole.size).toBe(2600);

    const [{ pk, sk } = {}] = orders(1);
    await bench.reader.client.send(new DeleteItemCommand({ TableName: TABLE, Key: { pk: pk!, sk: sk! } }));
    // The least that a table with views may have.
    await alter('gc_grace_seconds = 1');
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await alter(`compaction = {'class': 'SizeTieredCompactionStrategy', 'min_threshold': 2}`);
    flush();
    await bench.reader.put(TABLE, more.slice(-1));
    flush();
    await vi.waitUntil(() => dataFiles().length === 1, { timeout: 60_000, interval: 200 });
    await bench.tool.expect(0, ['backup', TABLE, '--type', 'incremental']);
    const without = await bench.reader.contents(TABLE);
    expect(without.size).toBe(2599);

    await bench.tool.expect(0, ['verify', TABLE]);
    await bench.reader.deleteTable(TABLE);
    await bench.tool.expect(0, ['restore', TABLE, '--yes']);
    expect(await bench.reader.contents(TABLE)).toEqual(without);
    expect(await bench.reader.count(TABLE, 'by-customer')).toBe(2599);

    await bench.tool.expect(0, ['verify', TABLE, '--from', grown.label]);
    await bench.tool.expect(0, ['restore', TABLE, '--from', grown.label, '--yes', '--recreate']);
    expect(await bench.reader.contents(TABLE)).toEqual(whole);
    expect(await bench.reader.count(TABLE, 'by-customer')).toBe(2600);
  });
});
