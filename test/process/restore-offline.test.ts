import { readdirSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { logged, only } from './harness/log-lines.js';
import { it } from './harness/stage.js';

const view = (name: string, key: string) =>
  `CREATE MATERIALIZED VIEW alternator_users.${name} AS
    SELECT pk, sk, status, ":attrs"
    FROM alternator_users.users
    WHERE pk IS NOT NULL AND sk IS NOT NULL AND status IS NOT NULL
    PRIMARY KEY (${key})
    WITH CLUSTERING ORDER BY (sk ASC);`;

/** Views as the documented examples have them: made by CQL, so that CQL can make them again. */
const WITH_VIEWS = {
  tables: [
    {
      name: 'users',
      like: 'orders',
      views: [view('users_by_age', 'status, pk, sk'), view('users_by_city', 'status, sk, pk')],
    },
  ],
} as const;

/** What comes after that is the old table on its way back. */
const beforePuttingBack = (log: string): string => log.split('Putting back')[0] ?? '';

describe.concurrent('restore with the service stopped', () => {
  it('T-42: the documented way, --offline --schema cql, logs R-40 to R-67 in order, and rows and views are back', async ({
    setUp,
  }) => {
    const { tool, fake, log } = await setUp(WITH_VIEWS);
    expect((await tool(['backup', '--all'])).code).toBe(0);
    const before = fake.table('users');
    const result = await tool(['restore', '--offline', '--schema', 'cql'], { stdin: '1\nusers\nyes\n' });

    const after = fake.table('users');
    const id = (after?.id ?? '').replaceAll('-', '');
    const documented = [
      '===== Start restore process for users =====',
      'Dropping keyspace: alternator_users',
      'Keyspace alternator_users dropped successfully',
      'Ensuring keyspace exists: alternator_users',
      'Keyspace alternator_users ensured to exist',
      'Using separated schema files (table_schema.cql + materialized_view_*.cql)',
      'Restoring base table schema for users',
      'Base table schema restored successfully for users',
      'Truncating table alternator_users.users',
      'Table truncated successfully',
      `Table ID for users: ${id}`,
      `Using Table ID: ${id}`,
      'Restoring data for users',
      'Stopping ScyllaDB service...',
      'ScyllaDB service stopped successfully',
      `Data extracted to ${after?.directory ?? ''}/upload/`,
      'Starting ScyllaDB service...',
      'ScyllaDB service started successfully',
      'Running nodetool refresh for alternator_users.users',
      'Nodetool refresh completed successfully',
      'Restoring materialized views after data is loaded...',
      'Looking for materialized views to restore for users',
      'Found 2 materialized view(s) to restore',
      'Restoring materialized view from materialized_view_1.cql',
      'Materialized view restored successfully',
      'Restoring materialized view from materialized_view_2.cql',
      'Materialized view restored successfully',
      'All materialized views processed for users',
      '===== Restore completed for users =====',
    ].map((line) => `INFO - ${line}`);
    expect(only(documented, logged(log('restore')))).toEqual(documented);
    expect(log('restore')).not.toContain('Keyspace data directory deleted');
    expect(result.stdout).toMatch(/\n✅ Table 'users' restored successfully!\n$/);
    expect(result.code).toBe(0);

    expect(after?.items).toBe(200);
    expect(after?.id).not.toBe(before?.id);
    expect(readdirSync(`${fake.dataDirectory}/alternator_users`).sort()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^users_by_age-[0-9a-f]{32}$/),
        expect.stringMatching(/^users_by_city-[0-9a-f]{32}$/),
      ]),
    );
    expect(fake.calls.service().filter((verb) => verb !== 'status')).toEqual(['stop', 'start']);
    const cql = fake.calls.changes().filter((change) => change.startsWith('cql'));
    expect(cql.map((change) => change.split(' ').slice(1, 3).join(' '))).toEqual([
      'DROP KEYSPACE',
      'CREATE KEYSPACE',
      'CREATE TABLE',
      'TRUNCATE "alternator_users"."users"',
      'CREATE MATERIALIZED',
      'CREATE MATERIALIZED',
    ]);
  });

  it('T-57: neither manifest.json nor schema.cql of the snapshot ends in upload/ or in the table directory', async ({
    setUp,
  }) => {
    const { tool, fake } = await setUp({ tables: [{ name: 'users', like: 'orders' }] });
    await tool(['backup', '--all']);
    for (const mode of [[], ['--offline'], ['--recreate'], ['--recreate', '--offline']]) {
      const { code } = await tool(['restore', 'users', '--yes', ...mode]);
      expect(code).toBe(0);
      const directory = fake.table('users')?.directory ?? '';
      expect(readdirSync(`${directory}/upload`)).toEqual([]);
      const folders = readdirSync(directory).filter((name) => !name.startsWith('me-'));
      expect(folders.filter((name) => name !== 'snapshots')).toEqual(['staging', 'upload']);
      if (mode.includes('--recreate')) expect(folders).not.toContain('snapshots');
    }
  });

  it('T-62: a batch of five tables stops and starts the service once', async ({ setUp }) => {
    const names = ['one', 'two', 'three', 'four', 'five'];
    const { tool, fake } = await setUp({ tables: names.map((name) => ({ name })) });
    await tool(['backup', '--all']);
    const result = await tool(['restore', '--all', '--yes', '--offline']);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('All tables restored successfully!');
    expect(names.map((name) => fake.table(name)?.items)).toEqual([1, 1, 1, 1, 1]);
    expect(fake.calls.service().filter((verb) => verb !== 'status')).toEqual(['stop', 'start']);
  });

  it('a service that refuses to stop: the documented words, the exit status is 1, and the table is as before', async ({
    setUp,
  }) => {
    const { tool, fake, log } = await setUp({ tables: [{ name: 'users', like: 'orders' }] });
    await tool(['backup', '--all']);
    fake.when('service', (args) => args[0] === 'stop', {
      kind: 'fail',
      exit: 1,
      stderr: 'Permission denied',
    });
    const result = await tool(['restore', 'users', '--yes', '--offline']);
    expect(result.code).toBe(1);
    expect(logged(log('restore'))).toContain('ERROR - Failed to stop ScyllaDB service: Permission denied');
    expect(beforePuttingBack(log('restore'))).not.toContain('Data extracted');
    expect([fake.table('users')?.items, fake.table('users')?.indexed]).toEqual([200, 200]);
  });

  it('a service that is not active, or that is none, is refused before anything is changed, with exit status 5 and 2', async ({
    setUp,
  }) => {
    const { tool, fake, trees } = await setUp({ tables: [{ name: 'users', like: 'orders' }] });
    await tool(['backup', '--all']);
    const [before, calls] = [trees(), fake.calls.changes()];
    fake.when('service', (args) => args[0] === 'status', { kind: 'fail', exit: 3, stderr: '' });
    expect((await tool(['restore', 'users', '--yes', '--offline'])).code).toBe(5);
    const none = await tool(['restore', 'users', '--yes', '--offline', '--service', 'none']);
    expect(none.code).toBe(2);
    expect([trees(), fake.calls.changes()]).toEqual([before, calls]);
  });
});
