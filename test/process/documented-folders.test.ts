import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { logged } from './harness/log-lines.js';
import { it, type Stage } from './harness/stage.js';

const view = (name: string, key: string) =>
  `CREATE MATERIALIZED VIEW alternator_users.${name} AS SELECT pk, sk, status, ":attrs" FROM alternator_users.users
   WHERE pk IS NOT NULL AND sk IS NOT NULL AND status IS NOT NULL PRIMARY KEY (${key})`;

const USERS = { tables: [{ name: 'users', like: 'orders', views: [] }] } as const;

const TABLE = `CREATE TABLE alternator_users.users (
    pk text,
    sk decimal,
    ":attrs" map<text, blob>,
    status text,
    PRIMARY KEY (pk, sk)
) WITH CLUSTERING ORDER BY (sk ASC)
    AND comment = ''
    AND scylla_tags = {'system:ttl_attribute': 'expires'}`;

/**
 * What the scripts left: the schema in files, and the snapshot packed by `tar czf FILE -C SNAPSHOT .`, which has an entry `./`
 * for the folder itself. The files on the node are taken as they are: they are what a snapshot links.
 */
function leaveFolder({ fake, backups, cwd }: Stage, files: Readonly<Record<string, string>>): void {
  const folder = join(backups, 'users');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const snapshot = join(cwd, 'snapshot');
  mkdirSync(snapshot);
  const directory = fake.table('users')?.directory ?? '';
  for (const name of readdirSync(directory).filter((each) => each.startsWith('me-')))
    cpSync(join(directory, name), join(snapshot, name));
  writeFileSync(join(snapshot, 'manifest.json'), '{"files":[]}');
  writeFileSync(join(snapshot, 'schema.cql'), 'CREATE TABLE users (pk text PRIMARY KEY);');
  execFileSync('tar', ['czf', join(folder, 'users_backup.tar.gz'), '-C', snapshot, '.'], { timeout: 20_000 });
  rmSync(snapshot, { recursive: true });
}

describe.concurrent('folders that the documented scripts made', () => {
  it('table_schema.cql, two views and an archive with a ./ entry are offered, restored in order, and a lack of a manifest is told', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    leaveFolder(stage, {
      'table_schema.cql': `${TABLE};\r\n`,
      'materialized_view_10.cql': `${view('users_by_ten', 'status, sk, pk')};`,
      'materialized_view_2.cql': view('users_by_two', 'status, pk, sk'),
    });
    const result = await stage.tool(['restore'], { stdin: '1\nusers\nyes\n' });
    expect(result.stdout).toContain('Available table backups (1 total):\n  1. users\n');
    const lines = logged(stage.log('restore'));
    expect(lines).toContain(
      'INFO - Using separated schema files (table_schema.cql + materialized_view_*.cql)',
    );
    expect(lines.filter((line) => line.includes('Restoring materialized view from'))).toEqual([
      'INFO - Restoring materialized view from materialized_view_2.cql',
      'INFO - Restoring materialized view from materialized_view_10.cql',
    ]);
    // T-58: nobody knows how it was replicated.
    expect(lines.filter((line) => line.startsWith('WARNING')).join('\n')).toMatch(/SimpleStrategy/);
    expect(result.code, result.stderr).toBe(3);
    expect(result.stdout).toMatch(
      /\n✅ Table 'users' restored successfully!\n\nWarnings:\n {2}- The backup of users has no manifest: nobody could check whether the bytes of its .*Filter\.db, Index\.db, .*Summary\.db are right\n {2}- The backup does not say how .*\n$/,
    );
    expect(stage.fake.table('users')?.items).toBe(200);
    const made = stage.fake.calls.cql.filter(({ statement }) => /^CREATE MAT/.test(statement));
    expect(made).toHaveLength(2);
  });

  it('T-45: a legacy schema.cql is detected, logged and restored, its views once and after the data', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    leaveFolder(stage, {
      'schema.cql': `\n${TABLE};\n\n${view('users_by_two', 'status, pk, sk')};\n`,
    });
    const result = await stage.tool(['restore'], { stdin: '1\nusers\nyes\n' });
    expect(result.stdout).toContain('Available table backups (1 total):\n  1. users\n');
    expect(result.code, result.stderr).toBe(3);
    expect(logged(stage.log('restore'))).toContain('INFO - Using legacy schema file (schema.cql)');
    expect(stage.fake.table('users')?.items).toBe(200);
    const changes = stage.fake.calls.changes();
    expect(changes.filter((change) => change.startsWith('cql CREATE MATERIALIZED VIEW'))).toHaveLength(1);
    const at = (start: string) => changes.findIndex((change) => change.startsWith(start));
    expect(at('cql CREATE TABLE')).toBeGreaterThan(at('cql DROP KEYSPACE'));
  });

  it('T-45: when both are there, the separated files win', async ({ setUp }) => {
    const stage = await setUp(USERS);
    leaveFolder(stage, {
      'schema.cql': 'this is no CQL at all',
      'table_schema.cql': `${TABLE};`,
    });
    const result = await stage.tool(['restore', 'users', '--yes']);
    expect(result.code, result.stderr).toBe(3);
    expect(stage.fake.table('users')?.items).toBe(200);
  });

  it('T-48: a view that cannot be made is a warning that names its file; the other one is made, and the exit status is 3', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    leaveFolder(stage, {
      'table_schema.cql': `${TABLE};`,
      'materialized_view_1.cql': `${view('users_by_age', 'age, pk, sk')};`,
      'materialized_view_2.cql': `${view('users_by_two', 'status, pk, sk')};`,
    });
    const result = await stage.tool(['restore', 'users', '--yes']);
    expect(result.code).toBe(3);
    expect(result.stderr).toMatch(
      /WARNING - Error restoring materialized view from materialized_view_1\.cql: .*age/,
    );
    expect(logged(result.stderr)).toContain('INFO - Materialized view restored successfully');
    expect(result.stdout).toContain("✅ Table 'users' restored successfully!");
  });

  it('T-48: with --strict-views it fails its table, and what was there before is back', async ({ setUp }) => {
    const stage = await setUp(USERS);
    leaveFolder(stage, {
      'table_schema.cql': `${TABLE};`,
      'materialized_view_1.cql': `${view('users_by_age', 'age, pk, sk')};`,
    });
    const result = await stage.tool(['restore', 'users', '--yes', '--strict-views']);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(
      /ERROR - Error restoring materialized view from materialized_view_1\.cql: .*age/,
    );
    expect(result.stdout).toContain("❌ Table 'users' failed to restore");
    expect(stage.fake.table('users')?.items).toBe(200);
  });

  it('T-47 (R-87, U-14): twelve views are made in the order of their numbers', async ({ setUp }) => {
    const stage = await setUp(USERS);
    const numbers = Array.from({ length: 12 }, (_, n) => n + 1);
    leaveFolder(stage, {
      'table_schema.cql': `${TABLE};`,
      ...Object.fromEntries(
        numbers.map((n) => [`materialized_view_${n}.cql`, `${view(`users_v${n}`, 'status, pk, sk')};`]),
      ),
    });
    const result = await stage.tool(['restore', 'users', '--yes']);
    expect(result.stderr).not.toContain('Error restoring');
    const made = stage.fake.calls.cql.flatMap(
      ({ statement }) => /VIEW alternator_users\.users_v(\d+)/.exec(statement)?.[1] ?? [],
    );
    expect(made.map(Number)).toEqual(numbers);
  });

  it('U-1: a schema without quotes that would fold to another, living table is refused', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [...USERS.tables, { name: 'Users' }] });
    leaveFolder(stage, { 'table_schema.cql': `${TABLE};` });
    cpSync(join(stage.backups, 'users'), join(stage.backups, 'Users'), { recursive: true });
    cpSync(
      join(stage.backups, 'users', 'users_backup.tar.gz'),
      join(stage.backups, 'Users', 'Users_backup.tar.gz'),
    );
    const before = [stage.fake.table('users'), stage.fake.table('Users')];
    const result = await stage.tool(['restore', 'Users', '--yes']);
    expect(result.code).toBe(5);
    expect(result.stderr).toMatch(/makes alternator_users\.users, not alternator_Users\.Users/);
    expect([stage.fake.table('users'), stage.fake.table('Users')]).toEqual(before);
  });
});
