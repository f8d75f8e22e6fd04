import { execFileSync } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { parseManifest } from '../../../src/model/manifest.js';
import { parseTableName, type TableName } from '../../../src/model/table-name.js';
import { ProgramFailed } from '../../../src/system/run.js';
import { simpleTable } from '../../support/memory-schema.js';
import { treeHash } from '../../support/tree-hash.js';
import { workbench, type Workbench } from '../../support/workbench.js';

const snapshotsLeft = (bench: Workbench) =>
  execFileSync('find', [bench.engine.dataDirectory, '-path', '*/snapshots/*', '-type', 'd'], {
    encoding: 'utf8',
  });

describe('A backup', () => {
  it('tells the documented lines of a table in their order (B-40 … B-54)', async () => {
    const bench = await workbench();
    await bench.engine.createTable(
      simpleTable('users', {
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'age', AttributeType: 'N' },
        ],
        GlobalSecondaryIndexes: ['by-age', 'by-age-2'].map((IndexName) => ({
          IndexName,
          KeySchema: [{ AttributeName: 'age', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        })),
      }),
    );
    bench.engine.put('users', 'a', { age: 1 });
    const { result, log, said } = await bench.backup({ tables: ['users'] });

    expect(result).toBe(0);
    const described = await bench.engine.describe('users' as TableName);
    const id = described.kind === 'table' ? described.record.id.replaceAll('-', '') : '';
    const shown = `${bench.backups}/users`;
    expect(
      log().map((line) =>
        line.replace(/altbk_\w+?_[\w-]+/g, 'TAG').replace(/\d+ characters/, 'N characters'),
      ),
    ).toEqual([
      'INFO - ===== Start backup process for users =====',
      `INFO - Table ID for users: ${id}`,
      `INFO - Creating schema file for users at ${shown}/table_schema.cql`,
      'INFO - Successfully retrieved DESC TABLE output (N characters)',
      'INFO - ✓ Table schema extracted: N characters',
      'INFO - ✓ Materialized views found: 2',
      `INFO - ✓ Table schema saved to: ${shown}/table_schema.cql`,
      `INFO - ✓ Materialized view 1 saved to: ${shown}/materialized_view_1.cql`,
      `INFO - ✓ Materialized view 2 saved to: ${shown}/materialized_view_2.cql`,
      'INFO - Taking snapshot for alternator_users',
      'INFO - Snapshot created for users with ID: TAG',
      `INFO - Snapshot directory verified: ${bench.engine.dataDirectory}/alternator_users/users-${id}/snapshots/TAG/`,
      `INFO - Creating backup archive: ${shown}/users_backup.tar.gz`,
      `INFO - Backup created at ${shown}/users_backup.tar.gz`,
      'INFO - ===== Backup completed for users =====',
    ]);
    expect(said()).toBe('\n✅ Backup completed successfully for users\n');
  });

  it('leaves the documented files, private, with a manifest that knows each of them (B-100 … B-102, B-105, T-29)', async () => {
    const bench = await workbench();
    await bench.fill('users', 10);
    await bench.backup({ tables: ['users'] });
    const folder = join(bench.backups, 'users');
    expect((await readdir(folder)).sort()).toEqual([
      'README.txt',
      'alternator_schema.json',
      'keyspace.cql',
      'manifest.json',
      'table_schema.cql',
      'users_backup.tar.gz',
    ]);
    const manifest = parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'));
    expect(manifest.files.map(({ name }) => name)).toEqual([
      'table_schema.cql',
      'keyspace.cql',
      'alternator_schema.json',
      'README.txt',
    ]);
    expect(manifest).toMatchObject({
      label: expect.stringMatching(/^users_\d{8}_full$/) as string,
      attempt: 1,
      sample: { items: 10, complete: true },
      table: { name: 'users', whole: true },
      totals: { sstables: 1 },
    });
    for (const { name, digest } of manifest.archive.entries)
      expect(digest).toBe(name.endsWith('Data.db') ? 'ok' : null);
    for (const name of await readdir(folder))
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('drops its own tag and no other (B-147, X-12, T-27)', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    const described = await bench.engine.describe('users' as TableName);
    if (described.kind === 'table') await bench.engine.snapshot(described.record, 'foreign');
    await bench.backup({ tables: ['users'] });
    expect(snapshotsLeft(bench)).toMatch(/^\S+\/snapshots\/foreign\n$/);
  });

  it('of an empty table is a backup (0 items)', async () => {
    const bench = await workbench();
    await bench.fill('users', 0);
    const { result } = await bench.backup({ tables: ['users'] });
    expect(result).toBe(0);
    const manifest = parseManifest(await readFile(join(bench.backups, 'users', 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ sample: { items: 0, complete: true }, totals: { sstables: 0 } });
  });

  it('keeps the generation before, and only as many as wanted', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    for (let round = 0; round < 5; round += 1)
      expect((await bench.backup({ tables: ['users'] })).result).toBe(0);
    const versions = await readdir(join(bench.backups, '@versions', 'users'));
    expect(versions.map((name) => name.replace(/\d{8}/, 'DAY')).sort()).toEqual([
      'users_DAY_incremental_r1',
      'users_DAY_incremental_r2',
    ]);
  });

  it('goes on with the other tables when one fails, and says so (B-62, B-63, T-8)', async () => {
    const bench = await workbench();
    for (const table of ['users', 'orders', 'products']) await bench.fill(table, 2);
    const { result, log, said } = await bench.backup(
      { all: true },
      {
        engine: {
          snapshot: async (record, tag) => {
            if (record.name !== 'orders') return bench.engine.snapshot(record, tag);
            throw new ProgramFailed(
              ['nodetool'],
              4,
              'Error: Keyspace alternator_orders does not exist',
              'nodetool failed',
            );
          },
        },
      },
    );
    expect(result).toBe(1);
    expect(log()).toContain(
      'ERROR - Snapshot command failed: Error: Keyspace alternator_orders does not exist',
    );
    expect(log().filter((line) => line.includes('Backup completed'))).toHaveLength(2);
    expect(said()).toMatch(
      /Successful: 2\n {2}❌ Failed: 1\n {2}📊 Total: 3\n\nFailed tables:\n {2}- orders\n=+\n$/,
    );
    expect((await readdir(bench.backups)).sort()).toEqual(['@state', 'products', 'users']);
    expect(snapshotsLeft(bench)).toBe('');
  });

  it('of an unknown table fails that table only, and touches nothing for it (T-3)', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    const { result, log } = await bench.backup({ tables: ['nosuch', 'users'] });
    expect(result).toBe(1);
    expect(log()).toContain("ERROR - Table 'nosuch' not found.");
    expect(await readdir(bench.backups)).toContain('users');

    const alone = await workbench();
    await alone.fill('users', 2);
    const ran = await alone.backup({ tables: ['nosuch'] });
    expect(ran.result).toBe(1);
    expect(ran.said()).toBe("\n❌ Table 'nosuch' not found.\n");
    expect(alone.engine.calls).not.toContain('snapshot');
    expect(await readdir(alone.root)).not.toContain('backups');
  });

  it('skips a plain CQL table in a run over all, with a warning, and refuses it by name', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    bench.engine.addPlainCql('viacql');
    const all = await bench.backup({ all: true });
    expect(all.result).toBe(3);
    expect(all.log()).toContain('WARNING - Skipped viacql: a plain CQL table, not one of Alternator');
    const named = await bench.backup({ tables: ['viacql', 'users'] });
    expect(named.result).toMatchObject({ kind: 'refused', exitCode: 5 });
  });

  it('of an empty cluster says so and is not a success (T-6)', async () => {
    const bench = await workbench();
    const { result, said, log } = await bench.backup({ all: true });
    expect(result).toBe(3);
    expect(said()).toBe('No tables found.\n');
    expect(log()).toEqual(['WARNING - No tables found in database']);
  });

  it("refuses one node's share of a larger table, unless told (T-38)", async () => {
    const node = { topology: { datacenter: 'datacenter1', nodes: { datacenter1: 3 } }, nodeCount: 3 };
    const bench = await workbench({ node });
    await bench.fill('users', 2);
    const refused = await bench.backup({ tables: ['users'] });
    expect(refused.result).toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('--node-local-only') as string,
    });
    expect(await readdir(bench.root)).not.toContain('backups');

    expect((await bench.backup({ tables: ['users'], nodeLocalOnly: true })).result).toBe(0);
    const manifest = parseManifest(await readFile(join(bench.backups, 'users', 'manifest.json'), 'utf8'));
    expect(manifest.table.whole).toBe(false);
  });

  it('is not taken when nothing is ready (exit 5), and nothing is changed', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    const before = await treeHash(bench.root);
    const down = new KnownError('unavailable', 'CQL at localhost:9042 cannot be reached');
    const { result } = await bench.backup(
      { tables: ['users'] },
      { engine: { verifyReady: () => Promise.reject(down) } },
    );
    expect(result).toBe(down);
    expect(down.exitCode).toBe(5);
    expect(await treeHash(bench.root)).toBe(before);
  });

  it('takes the snapshot again when a schema changed meanwhile (T-17 of the pipeline)', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    let looks = 0;
    const { result, log } = await bench.backup(
      { tables: ['users'] },
      {
        engine: {
          describe: async (table) => {
            looks += 1;
            if (looks === 2) await bench.engine.setTimeToLive(table, 'expires');
            return bench.engine.describe(table);
          },
        },
      },
    );
    expect(result).toBe(3);
    expect(log()[0]).toContain(
      'WARNING - The schema changed during the snapshot (users: time to live none → expires)',
    );
    const manifest = parseManifest(await readFile(join(bench.backups, 'users', 'manifest.json'), 'utf8'));
    expect(manifest.attempt).toBe(2);
    expect(await readFile(join(bench.backups, 'users', 'alternator_schema.json'), 'utf8')).toContain(
      'expires',
    );
    expect(snapshotsLeft(bench)).toBe('');
  });

  it('gives up a table whose schema never stands still, stores the others, and leaves no snapshot', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    await bench.fill('orders', 2);
    let looks = 0;
    const { result, log } = await bench.backup(
      { tables: ['users', 'orders'] },
      {
        engine: {
          describe: async (table) => {
            if (table === 'users') await bench.engine.setTimeToLive(table, `attribute${(looks += 1)}`);
            return bench.engine.describe(table);
          },
        },
      },
    );
    expect(result).toBe(1);
    expect(log().join('\n')).toContain("The schema of 'users' changed during each of 5 snapshots");
    expect(await readdir(bench.backups)).toEqual(['@state', 'orders']);
    expect(snapshotsLeft(bench)).toBe('');
  });

  it('a table that is deleted during the backup fails; the others are stored (B-63)', async () => {
    const bench = await workbench();
    for (const table of ['users', 'orders', 'temporary']) await bench.fill(table, 2);
    const { result, log } = await bench.backup(
      { all: true },
      {
        engine: {
          snapshot: async (record, tag) => {
            const snapshot = await bench.engine.snapshot(record, tag);
            if (record.name === 'users') await bench.engine.deleteTable(parseTableName('temporary'));
            return snapshot;
          },
        },
      },
    );
    expect(result).toBe(1);
    expect(log().join('\n')).toMatch(/temporary.*(not found|was deleted)/);
    expect(await readdir(bench.backups)).toEqual(['@state', 'orders', 'users']);
    expect(snapshotsLeft(bench)).toBe('');
  });

  it('an empty snapshot of a table with items is no backup, and the one before stays', async () => {
    const bench = await workbench();
    await bench.fill('users', 5);
    expect((await bench.backup({ tables: ['users'] })).result).toBe(0);
    const before = await treeHash(join(bench.backups, 'users'));
    const { result, log } = await bench.backup(
      { tables: ['users'] },
      {
        engine: {
          snapshot: async (record, tag) => {
            const snapshot = await bench.engine.snapshot(record, tag);
            return { ...snapshot, files: snapshot.files.filter((name) => name === 'manifest.json') };
          },
        },
      },
    );
    expect(result).toBe(1);
    expect(log().join('\n')).toContain(
      "The snapshot of 'users' holds no SSTable, though 5 items can be read",
    );
    expect(await treeHash(join(bench.backups, 'users'))).toBe(before);
  });

  it('finds a flipped byte before it is archived, names the file, and keeps the backup before', async () => {
    const bench = await workbench();
    await bench.fill('users', 20);
    await bench.backup({ tables: ['users'] });
    const before = await treeHash(join(bench.backups, 'users'));
    const { result, log } = await bench.backup(
      { tables: ['users'] },
      {
        engine: {
          snapshot: async (record, tag) => {
            const snapshot = await bench.engine.snapshot(record, tag);
            const data = snapshot.files.find((name) => name.endsWith('Data.db')) ?? '';
            const bytes = await readFile(join(snapshot.directory, data));
            bytes[3]! ^= 1;
            await writeFile(join(snapshot.directory, data), bytes);
            return snapshot;
          },
        },
      },
    );
    expect(result).toBe(1);
    expect(log().join('\n')).toMatch(
      /ERROR - The table's own files are damaged: me-\S+-Data\.db has CRC-32 \d+, but Digest\.crc32 says \d+/,
    );
    expect(log()).toContain(
      'ERROR -   State: Nothing was stored of this table; the backup before stays as it is.',
    );
    expect(await treeHash(join(bench.backups, 'users'))).toBe(before);
  });

  it('warns of a snapshot that it could not drop, and the next run drops it', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    const stuck = () => Promise.reject(new KnownError('program', 'nodetool did not end'));
    const first = await bench.backup({ tables: ['users'] }, { engine: { dropSnapshot: stuck } });
    expect(first.result).toBe(3);
    expect(snapshotsLeft(bench)).not.toBe('');
    const second = await bench.backup({ tables: ['users'] });
    expect(second.result).toBe(0);
    expect(second.log()[0]).toMatch(/^INFO - Cleared snapshot altbk_/);
    expect(snapshotsLeft(bench)).toBe('');
  });

  it('stops between two tables when it is interrupted, and leaves no snapshot (130)', async () => {
    const bench = await workbench();
    for (const table of ['users', 'orders']) await bench.fill(table, 2);
    const { result } = await bench.backup(
      { all: true },
      {
        engine: {
          sample: async () => {
            bench.stop.abort(new KnownError('interrupted', 'Interrupted by the user'));
            return { items: 1, complete: true };
          },
        },
      },
    );
    expect(bench.stop.signal.aborted).toBe(true);
    expect(result).toBe(130);
    expect(await readdir(bench.backups)).toEqual(['@state']);
    expect(snapshotsLeft(bench)).toBe('');
  });

  it('only tells what it would do on a dry run', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    const before = await treeHash(bench.root);
    const { result, said } = await bench.backup({ tables: ['users', 'nosuch'], dryRun: true });
    // As the run would.
    expect(result).toBe(1);
    expect(said()).toContain('  back up users\n');
    expect(said()).toContain("  cannot back up nosuch: Table 'nosuch' not found.\n");
    expect(await treeHash(bench.root)).toBe(before);
  });
});
