import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const NOT_ROOT = 'only root can run the tool as somebody else, or mount';

describe.concurrent('stores that cannot be read or written', () => {
  it('T-67: as somebody else over backups that root made: a sentence, what next, exit status 5, and no stack', async ({
    setUp,
    skip,
  }) => {
    skip(!isRoot, NOT_ROOT);
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    const logs = join(stage.cwd, 'logs');
    mkdirSync(logs);
    chmodSync(logs, 0o777);
    const refused = async (args: readonly string[], what: RegExp) => {
      const result = await stage.tool([...args, '--log-dir', logs], { asUser: NOBODY });
      expect([args, result.code], result.stderr).toEqual([args, 5]);
      expect(result.stderr).toMatch(what);
      expect(result.stderr).toMatch(/Permission denied/);
      expect(result.stderr).not.toContain('Unexpected error');
    };
    await refused(['restore', 'users', '--yes'], /ERROR - .*backups\S* cannot be read/);
    await refused(['restore', '--all', '--yes'], /ERROR - .*backups\S* cannot be read/);
    chmodSync(stage.backups, 0o755);
    await refused(['restore', 'users', '--yes'], /ERROR - .*backups\/users\S* cannot be read/);
    await refused(['backup', 'users'], /ERROR - .*backups\S* cannot be read.*\n.*Next: Run as the user/);
    chmodSync(join(stage.backups, 'users'), 0o755);
    await refused(['restore', 'users', '--yes'], /ERROR - .*manifest\.json cannot be read/);
    await refused(['backup', 'users'], /ERROR - .*backups\S* cannot be read.*\n.*Next: Run as the user/);
    for (const name of readdirSync(logs))
      expect(readFileSync(join(logs, name), 'utf8')).not.toMatch(/\n\s+at /);
  });

  it('one table whose older generations nobody lets us read: list shows the reason and all others, verify looks at all', async ({
    setUp,
    skip,
  }) => {
    skip(!isRoot, NOT_ROOT);
    const stage = await setUp({
      tables: [
        { name: 'users', like: 'orders' },
        { name: 'orders', like: 'orders' },
      ],
    });
    for (let round = 1; round <= 2; round += 1) await stage.tool(['backup', '--all']);
    execFileSync('chmod', ['-R', 'a+rX', stage.backups]);
    chmodSync(join(stage.backups, '@versions', 'orders'), 0);
    const listed = await stage.tool(['list'], { asUser: NOBODY });
    expect(listed.stdout, listed.stderr).toMatch(
      /✗ .*orders: .*@versions\/orders cannot be read: Permission denied/,
    );
    expect(listed.stdout).toMatch(/^users +all_\d{8}_incremental/m);
    const verified = await stage.tool(['verify'], { asUser: NOBODY });
    expect([verified.code, verified.stdout], verified.stderr).toEqual([
      0,
      expect.stringMatching(/✓[^]*orders[^]*✓[^]*users/),
    ]);
  });

  it('--backup-dir that is a file: exit status 5 and a sentence, for a backup and for a restore', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    const file = join(stage.cwd, 'file');
    writeFileSync(file, '');
    for (const args of [
      ['backup', 'users'],
      ['restore', 'users', '--yes'],
      ['restore', '--all', '--yes'],
    ]) {
      const result = await stage.tool([...args, '--backup-dir', file]);
      expect([args, result.code], result.stderr).toEqual([args, 5]);
      expect(result.stderr).toMatch(/ERROR - (?!Unexpected).*file\S* .*: Not a directory/);
    }
  });

  it('a mistyped --backup-dir is named by a restore with exit status 1, and not made', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    for (const [args, folder] of [
      [['restore', 'users', '--yes'], './typo/users'],
      [['restore', '--all', '--yes'], './typo'],
      [['restore', 'users', '--dry-run'], './typo/users'],
    ] as const) {
      const result = await stage.tool([...args, '--backup-dir', './typo']);
      expect([args, result.code], result.stderr).toEqual([args, 1]);
      expect(result.stderr).toContain(`ERROR - Backup folder ${folder} does not exist`);
      expect(result.stderr).toContain('There is no directory ./typo.');
    }
    const menu = await stage.tool(['restore', '--backup-dir', './typo']);
    expect([menu.code, menu.stdout]).toEqual([3, expect.stringContaining('No backups found.')]);
    expect(readdirSync(stage.cwd)).not.toContain('typo');
  });

  it('a store that is mounted read-only can be restored from, with a warning that its history stays as it is', async ({
    setUp,
    skip,
  }) => {
    skip(!isRoot, NOT_ROOT);
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    const mounted = join(stage.cwd, 'mounted');
    mkdirSync(mounted);
    execFileSync('mount', ['--bind', stage.backups, mounted]);
    try {
      execFileSync('mount', ['-o', 'remount,ro,bind', mounted]);
      const before = stage.fake.table('users')?.id;
      const result = await stage.tool(['restore', 'users', '--yes', '--recreate', '--backup-dir', 'mounted']);
      expect(result.code, result.stderr).toBe(3);
      expect(result.stderr).toMatch(/WARNING - mounted cannot be written to \(Read-only file system\)/);
      expect(stage.fake.table('users')?.items).toBe(200);
      expect(stage.fake.table('users')?.id).not.toBe(before);
      expect(stage.fake.snapshots('users')).toEqual([]);
    } finally {
      execFileSync('umount', [mounted]);
    }
  });

  it('somebody’s own folder beside the backups is no reason for exit status 3', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    mkdirSync(join(stage.backups, 'notes'));
    writeFileSync(join(stage.backups, 'notes', 'todo.txt'), 'water the plants');
    const result = await stage.tool(['restore', '--all', '--yes']);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).not.toContain('notes');
  });
});
