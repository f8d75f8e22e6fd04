import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import { filesIn } from './harness/tree.js';
import { it, type Stage } from './harness/stage.js';

const run = promisify(execFile);
const PATIENCE = { timeout: 20_000 };

/** The SSTables of the base table, as they lie on the node. */
const onNode = ({ fake }: Stage, table: string) => {
  const directory = fake.table(table)?.directory ?? '';
  return readdirSync(directory)
    .filter((name) => name.startsWith('me-'))
    .map((name) => ({ name, path: join(directory, name) }));
};

describe.concurrent('what other programs see', () => {
  it('T-12: the system’s tar lists exactly ./<file> for each file of the snapshot, and unpacks equal bytes; gzip finds it whole', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [{ name: 'users', like: 'orders' }] });
    await stage.tool(['backup', 'users']);
    const archive = join(stage.backups, 'users', 'users_backup.tar.gz');
    await run('gzip', ['-t', archive], PATIENCE);

    const files = onNode(stage, 'users');
    expect(files).toHaveLength(9);
    const { stdout } = await run('tar', ['tzf', archive], PATIENCE);
    const expected = [...files.map(({ name }) => name), 'manifest.json', 'schema.cql'];
    expect(stdout.trimEnd().split('\n').sort()).toEqual(expected.map((name) => `./${name}`).sort());

    const target = join(stage.cwd, 'unpacked');
    mkdirSync(target);
    await run('tar', ['xzf', archive, '-C', target], PATIENCE);
    for (const { name, path } of files)
      expect(readFileSync(join(target, name)).equals(readFileSync(path)), name).toBe(true);
    expect(readFileSync(join(target, 'schema.cql'), 'utf8')).toMatch(
      /^CREATE TABLE alternator_users\.users \(/,
    );
  });

  it('an empty table has an archive of the server’s two notes, and comes back', async ({ setUp }) => {
    const stage = await setUp({ tables: [{ name: 'users', like: 'empty' }] });
    expect((await stage.tool(['backup', 'users'])).code).toBe(0);
    const { stdout } = await run(
      'tar',
      ['tzf', join(stage.backups, 'users', 'users_backup.tar.gz')],
      PATIENCE,
    );
    expect(stdout.trimEnd().split('\n').sort()).toEqual(['./manifest.json', './schema.cql']);
    const result = await stage.tool(['restore', 'users', '--yes']);
    expect(result.code, result.stderr).toBe(0);
    expect(stage.fake.table('users')?.items).toBe(0);
  });

  it('T-29: all that is stored is for its owner only, whatever the umask', async ({ setUp }) => {
    const stage = await setUp({ tables: [{ name: 'users', like: 'orders' }] });
    await stage.tool(['backup', 'users']);
    await stage.tool(['backup', 'users']);
    const modes = (name: string) => statSync(join(stage.backups, name)).mode & 0o777;
    for (const name of readdirSync(stage.backups, { recursive: true, encoding: 'utf8' }))
      expect([name, modes(name)]).toEqual([
        name,
        statSync(join(stage.backups, name)).isDirectory() ? 0o700 : 0o600,
      ]);
    expect(statSync(join(stage.cwd, 'alternator_backup.log')).mode & 0o777).toBe(0o600);
  });

  it('the schema files: tables and views each on their own, ended by a semicolon, and the raw answers of the API', async ({
    setUp,
  }) => {
    const spec = {
      name: 'users',
      like: 'orders',
      tags: { team: 'billing', 'system:write_isolation': 'always' },
      timeToLive: 'expires',
      stream: 'NEW_IMAGE',
    } as const;
    const stage = await setUp({ tables: [spec] });
    await stage.tool(['backup', 'users']);
    const folder = join(stage.backups, 'users');
    expect(filesIn(folder)).toEqual([
      'README.txt',
      'alternator_schema.json',
      'keyspace.cql',
      'manifest.json',
      'materialized_view_1.cql',
      'materialized_view_2.cql',
      'table_schema.cql',
      'users_backup.tar.gz',
    ]);
    const text = (name: string) => readFileSync(join(folder, name), 'utf8');
    expect(text('table_schema.cql')).toMatch(/^CREATE TABLE alternator_users\.users \([^]*;\n$/);
    expect(text('table_schema.cql')).toContain("'system:ttl_attribute': 'expires'");
    expect(text('materialized_view_1.cql')).toMatch(
      /^CREATE MATERIALIZED VIEW \S*"users!:by-status"[^]*;\n$/,
    );
    expect(text('materialized_view_2.cql')).toMatch(
      /^CREATE MATERIALIZED VIEW \S*"users:by-customer"[^]*;\n$/,
    );
    const { tables } = JSON.parse(text('alternator_schema.json')) as { tables: readonly object[] };
    expect(tables).toMatchObject([
      {
        describe: { TableName: 'users', StreamSpecification: { StreamViewType: 'NEW_IMAGE' } },
        tags: [
          { Key: 'system:write_isolation', Value: 'always' },
          { Key: 'team', Value: 'billing' },
        ],
        ttl: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
      },
    ]);
  });

  it('T-63: tags, time to live and stream come back after the data, and no drift is told', async ({
    setUp,
  }) => {
    const spec = {
      name: 'users',
      like: 'orders',
      tags: { team: 'billing', 'system:write_isolation': 'always' },
      timeToLive: 'expires',
      stream: 'NEW_IMAGE',
    } as const;
    const stage = await setUp({ tables: [spec] });
    await stage.tool(['backup', 'users']);
    const result = await stage.tool(['restore', 'users', '--yes', '--recreate']);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).not.toContain('drift');
    const changes = stage.fake.calls.changes().map((change) => change.split(' ').slice(0, 2).join(' '));
    expect(
      changes.filter((change) => change.startsWith('api') || change === 'nodetool refresh').sort(),
    ).toEqual(
      [
        'api CreateTable',
        'api DeleteTable',
        'api UpdateTable',
        'api UpdateTimeToLive',
        'nodetool refresh',
      ].sort(),
    );
    const after = await stage.tool(['backup', 'users']);
    expect(after.code, after.stderr).toBe(0);
    const text = readFileSync(join(stage.backups, 'users', 'alternator_schema.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      tables: [
        {
          describe: { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } },
          tags: [{ Key: 'system:write_isolation' }, { Key: 'team' }],
          ttl: { AttributeName: 'expires' },
        },
      ],
    });
  });
});
