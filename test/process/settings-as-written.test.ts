import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { builtProgram } from './harness/program.js';
import { it } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

describe.concurrent('settings mean what was written', () => {
  it('--endpoint before the command: that node is restored to, and the node of the environment hears nothing', async ({
    setUp,
  }) => {
    const [production, test] = [await setUp(USERS), await setUp(USERS)];
    await test.tool(['backup', 'users', '--backup-dir', production.backups]);
    const [id, calls] = [production.fake.table('users')?.id, production.fake.calls.changes()];
    const named = [
      ['--endpoint', test.fake.endpoint],
      ['--cql-port', String(test.fake.cqlPort)],
      ['--nodetool', test.fake.nodetool.join(' ')],
    ].flat();
    const result = await production.tool([...named, 'restore', 'users', '--yes']);
    expect(result.code, result.stderr).toBe(0);
    expect(production.fake.table('users')?.id).toBe(id);
    expect(production.fake.calls.changes()).toEqual(calls);
    expect(test.fake.calls.nodetool().filter((call) => call.startsWith('refresh'))).toHaveLength(1);
  });

  it('--backup-dir, --log-dir, --json and --quiet before the command count; the one nearer to the tables wins', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    const result = await stage.tool([
      ...['--backup-dir', 'first', '--json', '--quiet', '--keep-versions', '3'],
      ...['backup', 'users', '--backup-dir', 'second'],
    ]);
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(readdirSync(stage.cwd).sort()).toEqual(['alternator_backup.log', 'second']);
    const lines = result.stdout.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ type: 'summary', summary: { exitCode: 0 } });
    const again = await stage.tool(['--backup-dir', 'first', 'backup', 'users']);
    expect([again.code, existsSync(join(stage.cwd, 'first', 'users'))]).toEqual([0, true]);
  });

  it('a setting before a command that has no use for it is refused with exit status 2', async ({ setUp }) => {
    const stage = await setUp();
    const { code, stderr } = await stage.tool(['--endpoint', 'http://x:1', 'schema', 'split', '/dev/null']);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--endpoint says nothing to 'split'")]);
  });

  it('--json and --quiet by environment, and 0 is no', async ({ setUp }) => {
    const stage = await setUp(USERS);
    const loud = await stage.tool(['backup', 'users'], {
      env: { ALTERNATOR_BACKUP_JSON: '0', ALTERNATOR_BACKUP_QUIET: 'false' },
    });
    expect([loud.code, loud.stdout]).toEqual([0, '\n✅ Backup completed successfully for users\n']);
    const env = { ALTERNATOR_BACKUP_JSON: 'true', ALTERNATOR_BACKUP_QUIET: '1' };
    const result = await stage.tool(['backup', 'users'], { env });
    expect([result.code, result.stderr]).toEqual([0, '']);
    for (const line of result.stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('type');
    const wrong = await stage.tool(['backup', 'users'], { env: { ALTERNATOR_BACKUP_JSON: 'maybe' } });
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('ALTERNATOR_BACKUP_JSON must be'),
    ]);
  });

  it('an empty setting (BACKUP_DIR= in a file for systemd) is refused with exit status 2, nothing is written', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    for (const name of ['BACKUP_DIR', 'DATA_DIR', 'LOG_DIR', 'ENDPOINT', 'REGION', 'CQL_HOST', 'CQL_PORT']) {
      const result = await stage.tool(['backup', 'users'], { env: { [`ALTERNATOR_BACKUP_${name}`]: '' } });
      const flag = `--${name.toLowerCase().replace('_', '-')}`;
      expect([name, result.code, result.stderr]).toEqual([
        name,
        2,
        `${flag} must not be empty\nNothing was done.\n`,
      ]);
    }
    const region = await stage.tool(['backup', 'users', '--region', 'eu west']);
    expect([region.code, region.stderr]).toEqual([2, expect.stringMatching(/^--region cannot be 'eu west'/)]);
    expect(readdirSync(stage.cwd)).toEqual([]);
  });

  it('a working directory that was removed is named, without a stack', async ({ setUp }) => {
    const stage = await setUp(USERS);
    const { code, stderr } = await stage.run([
      'sh',
      '-c',
      'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" backup users',
      process.execPath,
      builtProgram(),
    ]).result;
    expect(stderr).toMatch(
      /^--backup-dir '.\/backups' starts at the working directory, which is not there any more/,
    );
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
  });

  it('help and help backup show the help', async ({ setUp }) => {
    const stage = await setUp();
    for (const [args, shown] of [
      [['help'], 'Usage: alternator-backup [options] [command]'],
      [['help', 'backup'], 'Usage: alternator-backup backup [options]'],
    ] as const) {
      const { code, stdout, stderr } = await stage.tool(args);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain(shown);
    }
  });
});
