import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { parseManifest } from '../../../src/model/manifest.js';
import type { TableName } from '../../../src/model/table-name.js';
import { workbench, type Workbench } from '../../support/workbench.js';

const manifestOf = async ({ backups }: Workbench, table: string) =>
  parseManifest(await readFile(join(backups, table, 'manifest.json'), 'utf8'));

describe('backup --checksum', () => {
  it('writes down how many items there are, and the checksum that the engine gives', async () => {
    const bench = await workbench();
    await bench.fill('users', 7);
    expect((await bench.backup({ tables: ['users'], checksum: true })).result).toBe(0);
    const totals = await bench.engine.checksum('users' as TableName);
    expect(totals.count).toBe(7);
    expect((await manifestOf(bench, 'users')).items).toEqual({ ...totals, indexes: [] });
  });

  it('reads each table before its snapshot and again after it', async () => {
    const bench = await workbench();
    await bench.fill('users', 1);
    const before = bench.engine.calls.length;
    await bench.backup({ tables: ['users'], checksum: true });
    const calls = bench.engine.calls.slice(before);
    expect(calls.filter((call) => call === 'checksum' || call === 'snapshot')).toEqual([
      'checksum',
      'snapshot',
      'checksum',
    ]);
  });

  it('has none, with a warning, of a table that is written to meanwhile; the others have theirs', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    await bench.fill('orders', 2);
    const snapshot: Workbench['engine']['snapshot'] = async (record, tag) => {
      const made = await bench.engine.snapshot(record, tag);
      if (record.name === 'users') bench.engine.put('users', 'late', {});
      return made;
    };
    const { result, log } = await bench.backup({ all: true, checksum: true }, { engine: { snapshot } });
    expect(result).toBe(3);
    expect(log()).toContain(
      'WARNING - The backup of users has no checksum of its items: they changed during the snapshot (the table had 3 items and has 4)',
    );
    expect((await manifestOf(bench, 'users')).items).toBeNull();
    expect((await manifestOf(bench, 'orders')).items).toMatchObject({ count: 2 });
  });

  it('has none, with a warning, of a table that cannot be read; it is backed up all the same', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    const checksum = async () => {
      throw new KnownError('database', 'SELECT access denied');
    };
    const { result, log } = await bench.backup(
      { tables: ['users'], checksum: true },
      { engine: { checksum } },
    );
    expect(result).toBe(3);
    expect(
      log().filter((line) => line.includes('they could not be read: SELECT access denied')),
    ).toHaveLength(1);
    expect((await manifestOf(bench, 'users')).items).toBeNull();
  });

  it('is no part of a backup that nobody asked it of: nothing is read, nothing is said', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    expect((await bench.backup({ tables: ['users'] })).result).toBe(0);
    expect(bench.engine.calls).not.toContain('checksum');
    expect(await manifestOf(bench, 'users')).not.toHaveProperty('items');
  });
});
