import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { DOCUMENTED_LINE } from './harness/log-lines.js';
import { builtProgram } from './harness/program.js';
import { it } from './harness/stage.js';

const TWO_TABLES = { tables: [{ name: 'users', like: 'orders' }, { name: 'orders' }] } as const;

describe.concurrent('streams', () => {
  it('T-19: results go to standard output, log lines to standard error and to the log file, which is appended', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    const first = await stage.tool(['backup', '--all']);
    expect(first.stdout).not.toMatch(/ - (INFO|WARNING|ERROR) - /);
    expect(first.stderr).toBe(stage.log('backup'));
    const second = await stage.tool(['backup', 'users', 'nosuch']);
    expect(stage.log('backup')).toBe(`${first.stderr}${second.stderr}`);
    const restore = await stage.tool(['restore', 'users', '--yes']);
    expect(restore.stderr).toBe(stage.log('restore'));
    for (const line of `${stage.log('backup')}${stage.log('restore')}`.trimEnd().split('\n'))
      expect(line).toMatch(DOCUMENTED_LINE);
  });

  it('a reader that has heard enough (| head -1) does not stop the backup, and nobody crashes', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    const running = stage.start(['backup', '--all']);
    running.child.stdout?.destroy();
    const result = await running.result;
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).not.toContain('EPIPE');
    expect(readdirSync(stage.backups).sort()).toEqual(['@state', 'orders', 'users']);
  });

  it('readers of both outputs that went away do not stop the backup either', async ({ setUp }) => {
    const stage = await setUp(TWO_TABLES);
    const running = stage.start(['backup', '--all']);
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    const result = await running.result;
    expect(result.code).toBe(0);
    expect(stage.log('backup')).toContain('===== Backup completed for orders =====');
  });

  it('T-32: from sh, in the root directory, with no standard input at all, with absolute paths', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    const command = (args: string) =>
      stage.run([
        'sh',
        '-c',
        `cd / && exec "$0" "$1" ${args} --backup-dir "$2" --log-dir "$3" <&-`,
        process.execPath,
        builtProgram(),
        stage.backups,
        stage.cwd,
      ]).result;
    const all = await command('backup --all');
    expect(all.code, all.stderr).toBe(0);
    expect(existsSync(join(stage.backups, 'users', 'manifest.json'))).toBe(true);
    const menu = await command('backup');
    expect(menu.code).toBe(2);
  });

  it('standard input that stays open and silent: exit status 2 at --answer-timeout', async ({ setUp }) => {
    const stage = await setUp(TWO_TABLES);
    const result = await stage.tool(['backup', '--answer-timeout', '1'], { keepStdinOpen: true });
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/No answer to "Enter your choice .*" came within 1 s/);
    expect(result.ms).toBeLessThan(15_000);
    const half = await stage.tool(['backup', '--answer-timeout', '1'], {
      stdin: '1\n',
      keepStdinOpen: true,
    });
    expect(half.code).toBe(2);
    expect(half.stderr).toMatch(/No answer to "Enter table name:" came within 1 s/);
    expect(existsSync(stage.backups)).toBe(false);
  });

  it('nothing reads standard input outside the menus: it may stay open and silent', async ({ setUp }) => {
    const stage = await setUp(TWO_TABLES);
    const options = { keepStdinOpen: true, deadlineMs: 25_000 };
    expect((await stage.tool(['backup', 'users'], options)).code).toBe(0);
    expect((await stage.tool(['restore', 'users', '--yes'], options)).code).toBe(0);
  });

  it('answers with carriage returns are understood', async ({ setUp }) => {
    const stage = await setUp(TWO_TABLES);
    const result = await stage.tool(['backup'], { stdin: '1\r\nusers\r\n' });
    expect(result.code, result.stderr).toBe(0);
  });

  it('the AWS SDK has nothing to say about Node on standard error', async ({ setUp }) => {
    const stage = await setUp(TWO_TABLES);
    const { stderr } = await stage.tool(['backup', 'users']);
    expect(stderr).not.toMatch(/NodeVersion|NodeDeprecation|Node\.js \d+|AWS SDK/i);
    expect(stderr).not.toMatch(/\(node:\d+\)/);
  });
});
