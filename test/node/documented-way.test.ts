import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { orders, ordersTable } from './harness/items.js';
import { withNode } from './harness/with-node.js';

const ITEMS = 300;

describe('The documented way', () => {
  const bench = withNode();

  async function backedUp(table: string) {
    // Without tags and expiry, which CQL on this engine cannot bring back.
    await bench.reader.createTable(ordersTable(table, { Tags: [] }));
    await bench.reader.put(table, orders(ITEMS));
    const before = { items: await bench.reader.contents(table), schema: await bench.reader.schema(table) };
    await bench.tool.expect(0, ['backup', table]);
    await bench.reader.put(table, [{ pk: { S: 'later' }, sk: { N: '1' } }]);
    return before;
  }
  async function expectBack(table: string, before: Awaited<ReturnType<typeof backedUp>>) {
    expect(await bench.reader.contents(table)).toEqual(before.items);
    expect(await bench.reader.count(table, 'by-customer')).toBe(ITEMS);
    expect(await bench.reader.count(table, 'by-status')).toBe(ITEMS);
    expect(await bench.reader.schema(table)).toEqual(before.schema);
    await bench.reader.deleteTable(table);
  }

  it('by the menu, offline and by CQL: the transcript in its order, all rows back, views filled (T-42)', async () => {
    const before = await backedUp('users');
    const { stdout, stderr } = await bench.tool.expect(0, ['restore', '--offline', '--schema', 'cql'], {
      stdin: '1\nusers\nyes\n',
    });
    expect(stdout.endsWith("\n✅ Table 'users' restored successfully!\n")).toBe(true);
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => line.replace(/^[\d-]{10} [\d:]{8} - /, ''))
      .map((line) => line.replace(/[0-9a-f]{32}/, 'ID').replace(/extracted to .*$/, 'extracted to DIR/'));
    const own = /proven: |Safety copy|Read back|Sending: |keyspace tablets = /;
    expect(lines.filter((line) => !own.test(line))).toEqual([
      'INFO - ===== Start restore process for users =====',
      'INFO - Dropping keyspace: alternator_users',
      'INFO - Keyspace alternator_users dropped successfully',
      'INFO - Ensuring keyspace exists: alternator_users',
      'INFO - Keyspace alternator_users ensured to exist',
      'INFO - Using separated schema files (table_schema.cql + materialized_view_*.cql)',
      'INFO - Restoring base table schema for users',
      'INFO - Base table schema restored successfully for users',
      'INFO - Truncating table alternator_users.users',
      'INFO - Table truncated successfully',
      'INFO - Table ID for users: ID',
      'INFO - Using Table ID: ID',
      'INFO - Restoring data for users',
      'INFO - Stopping ScyllaDB service...',
      'INFO - ScyllaDB service stopped successfully',
      'INFO - Data extracted to DIR/',
      'INFO - Starting ScyllaDB service...',
      'INFO - ScyllaDB service started successfully',
      'INFO - Running nodetool refresh for alternator_users.users',
      'INFO - Nodetool refresh completed successfully',
      'INFO - Restoring materialized views after data is loaded...',
      'INFO - Looking for materialized views to restore for users',
      'INFO - Found 2 materialized view(s) to restore',
      'INFO - Restoring materialized view from materialized_view_1.cql',
      'INFO - Materialized view restored successfully',
      'INFO - Restoring materialized view from materialized_view_2.cql',
      'INFO - Materialized view restored successfully',
      'INFO - All materialized views processed for users',
      'INFO - ===== Restore completed for users =====',
    ]);
    expect(readFileSync(join(bench.tool.cwd, 'alternator_restore.log'), 'utf8')).toContain(
      'Restore completed for users',
    );
    await expectBack('users', before);
  });

  it.each(['separated', 'legacy'] as const)(
    'restores a %s folder of the old scripts, online, its archive made by tar czf (R-4, T-45)',
    async (layout) => {
      const table = `old-${layout}`;
      const before = await backedUp(table);
      asOldScript(join(bench.tool.backups, table), table, layout);
      // Nobody knows how the keyspace was replicated: that is a warning.
      const { stderr } = await bench.tool.expect(3, ['restore', table, '--yes']);
      expect(stderr).toContain(
        layout === 'separated' ? 'Using separated schema files' : 'Using legacy schema file (schema.cql)',
      );
      expect(stderr).toContain('WARNING - The backup does not say how');
      await expectBack(table, before);
    },
  );

  it('says which view could not be made, and counts the table as restored (R-88, T-48)', async () => {
    await backedUp('one-view');
    const view = join(bench.tool.backups, 'one-view', 'materialized_view_1.cql');
    asOldScript(join(bench.tool.backups, 'one-view'), 'one-view', 'separated');
    const text = readFileSync(view, 'utf8').replace(/SELECT [^]*? FROM/, 'SELECT nonsense FROM');
    rmSync(view);
    execFileSync('sh', ['-c', 'cat > "$1"', 'sh', view], { input: text });
    const { stdout, stderr } = await bench.tool.expect(3, ['restore', 'one-view', '--yes']);
    expect(stderr).toContain('WARNING - Error restoring materialized view from materialized_view_1.cql: ');
    expect(stderr).toContain('Restoring materialized view from materialized_view_2.cql');
    expect(stdout).toContain("✅ Table 'one-view' restored successfully!");
    await bench.reader.deleteTable('one-view');
  });
});

/** What the documented scripts leave: the schema in CQL and an archive with a ./ entry, nothing else. */
function asOldScript(folder: string, table: string, layout: 'separated' | 'legacy'): void {
  const work = mkdtempSync(join(tmpdir(), 'altbk-old-'));
  const archive = join(folder, `${table}_backup.tar.gz`);
  execFileSync('tar', ['xzf', archive, '-C', work]);
  execFileSync('tar', ['czf', archive, '-C', work, '.']);
  rmSync(work, { recursive: true });
  for (const name of ['manifest.json', 'alternator_schema.json', 'keyspace.cql', 'README.txt'])
    rmSync(join(folder, name));
  if (layout === 'separated') return;
  const views = readdirSync(folder).filter((name) => name.startsWith('materialized_view_'));
  const all = ['table_schema.cql', ...views.sort()]
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  for (const name of views) rmSync(join(folder, name));
  renameSync(join(folder, 'table_schema.cql'), join(folder, 'schema.cql'));
  execFileSync('sh', ['-c', 'cat > "$1"', 'sh', join(folder, 'schema.cql')], { input: all });
}
