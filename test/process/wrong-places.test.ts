import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { builtProgram } from './harness/program.js';
import { it } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

describe.concurrent('places where backups or logs must not lie', () => {
  it('in the data directory of the server, which would not start any more: refused with 5, and not a file is made there', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    const data = stage.fake.dataDirectory;
    const alias = join(stage.cwd, 'alias');
    symlinkSync(data, alias);
    const before = stage.trees();
    for (const args of [
      ['backup', 'users', '--backup-dir', join(data, 'backups')],
      ['backup', '--all', '--backup-dir', join(alias, 'x', 'backups')],
      ['backup', 'users', '--log-dir', data],
      ['restore', 'users', '--yes', '--offline', '--log-dir', join(data, 'alternator_users')],
    ]) {
      const result = await stage.tool(args);
      expect([args, result.code], result.stderr).toEqual([args, 5]);
      expect(result.stderr).toMatch(
        /ERROR - --(backup|log)-dir \S+ lies in the data directory of the server/,
      );
      expect(result.stderr).toMatch(/Next: .*does not start any more/);
    }
    expect(stage.trees()).toEqual(before);
  });

  it('cd into the data directory and back up with the defaults: refused, also when the node cannot be reached', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    const data = join(stage.cwd, 'data');
    for (const keyspace of ['system', 'system_schema']) mkdirSync(join(data, keyspace), { recursive: true });
    for (const env of [{}, { ALTERNATOR_BACKUP_ENDPOINT: 'http://127.0.0.1:1' }]) {
      const result = await stage.run(
        ['sh', '-c', 'cd data && exec "$0" "$1" backup --all', process.execPath, builtProgram()],
        { env },
      ).result;
      expect(result.code, result.stderr).toBe(5);
      expect(result.stderr).toContain('lies in the data directory of the server');
      expect(readdirSync(data)).toEqual(['system', 'system_schema']);
    }
  });

  it('a log directory that is not there, or a file: exit status 5 before anything is done', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    symlinkSync('/etc/passwd', join(stage.cwd, 'file'));
    for (const directory of ['/nonexistent/dir', join(stage.cwd, 'file')]) {
      const result = await stage.tool(['backup', 'users', '--quiet', '--log-dir', directory]);
      expect(result.code, result.stderr).toBe(5);
      expect(result.stderr).toMatch(/ERROR - The log directory \S+ cannot be used: /);
      expect(result.stderr).toMatch(/Next: .*--log-dir/);
    }
    expect(stage.fake.calls.changes()).toEqual([]);
    expect(existsSync(stage.backups)).toBe(false);
  });
});
