import { existsSync, readdirSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { expectRefused } from './harness/refusals.js';
import { it } from './harness/stage.js';

const USERS = { tables: [{ name: 'users' }] } as const;

/** Every request that anybody sent to the node, whatever it asked. */
const asked = ({ calls }: { readonly calls: { api: readonly unknown[]; cql: readonly unknown[] } }) =>
  calls.api.length + calls.cql.length;

describe.concurrent('requests that make no sense', () => {
  it('T-59: names that no table can have are refused with exit status 2, without a call, and cannot touch the screen', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    const names = ['', '..', 'a/b', 'x;y', '../../etc', 'c'.repeat(223), 'a\u001b[2Jb', 'a\nb'];
    for (const args of [
      ['backup', '--', ...names],
      ['restore', '--yes', '--', ...names],
      ['backup', ''],
      ['restore', '..', '--yes'],
    ]) {
      const result = await stage.tool(args);
      expect(result.code, args.join(' ')).toBe(2);
      const refused = result.stderr.split('\n').filter((line) => / is not a table name$/.test(line));
      expect(refused).toHaveLength(args.length > 3 ? names.length : 1);
      expect(result.stderr).toContain('3 to 222 of the characters');
      expect(result.stderr.includes('\u001b')).toBe(false);
    }
    expect(asked(stage.fake)).toBe(0);
    expect(readdirSync(stage.cwd)).toEqual([]);
  });

  it('T-59: such a name in an answer to the menu is refused likewise', async ({ setUp }) => {
    const stage = await setUp(USERS);
    for (const name of ['', '../x', 'a\u001b[2Jb']) {
      const result = await stage.tool(['backup'], { stdin: `1\n${name}\n` });
      expect(result.code, JSON.stringify(name)).toBe(2);
      expect(result.stderr).toContain('is not a table name');
      expect(`${result.stdout}${result.stderr}`.includes('\u001b')).toBe(false);
    }
    expect(stage.fake.calls.changes()).toEqual([]);
    expect(existsSync(stage.backups)).toBe(false);
  });

  it('an unknown table is a failed table with exit status 1; the others are backed up', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await expectRefused(stage, { args: ['backup', 'nosuch'], code: 1, says: ["Table 'nosuch' not found."] });
    const result = await stage.tool(['backup', 'nosuch', 'users']);
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('  ✅ Successful: 1\n  ❌ Failed: 1\n  📊 Total: 2\n');
    expect(existsSync(`${stage.backups}/users/manifest.json`)).toBe(true);
  });

  it('a plain CQL table is skipped with a warning by --all, and refused by name', async ({ setUp }) => {
    const stage = await setUp({ ...USERS, plainCqlTables: ['alternator_users.notes'] });
    const all = await stage.tool(['backup', '--all']);
    expect(all.code).toBe(3);
    expect(all.stderr).toMatch(/WARNING - Skipped notes: .*plain CQL table/);
    expect(all.stdout).toContain('  ✅ Successful: 1\n  ❌ Failed: 0\n  📊 Total: 1\n');
    await expectRefused(stage, {
      args: ['restore', 'users', '--yes'],
      code: 5,
      says: [/also holds notes, made by plain CQL/],
    });
  });

  it('T-6: an empty cluster by flag: "No tables found.", a warning, exit status 3', async ({ setUp }) => {
    const stage = await setUp();
    const result = await stage.tool(['backup', '--all']);
    expect([result.code, result.stdout]).toEqual([3, 'No tables found.\n']);
    expect(result.stderr).toContain('WARNING - No tables found in database');
    expect(existsSync(stage.backups)).toBe(false);
  });

  it('T-65: a restore of what has no backup names the folder as the operator wrote it, with exit status 1', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [{ name: 'users' }, { name: 'orders' }] });
    await stage.tool(['backup', 'orders']);
    await expectRefused(stage, {
      args: ['restore', 'users', '--yes'],
      code: 1,
      says: [/ERROR - Backup folder \.\/backups\/users does not exist/],
    });
  });

  it('a restore without --yes and without a terminal reads nothing, asks nobody, and is refused with exit status 2', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    const before = asked(stage.fake);
    for (const args of [
      ['restore', 'users'],
      ['restore', '--all'],
    ]) {
      await expectRefused(stage, {
        args,
        options: { stdin: 'yes\n', keepStdinOpen: true },
        code: 2,
        says: [/nobody is here to agree/, /--yes/],
      });
    }
    expect(asked(stage.fake)).toBe(before);
    expect(stage.log('restore')).toBe('');
  });

  it('labels that are none, and labels that no backup has', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    for (const label of ['', '..', 'x/y'])
      await expectRefused(stage, {
        args: ['restore', 'users', '--yes', '--from', label],
        code: 2,
        says: [/--from '.*' is not a label/],
      });
    await expectRefused(stage, {
      args: ['restore', 'users', '--yes', '--from', 'users_20200101_full'],
      code: 1,
      says: [/users_20200101_full/],
    });
  });

  it('unknown flags and commands, and flags that exclude each other: exit status 2 and where the help is', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    for (const [args, says] of [
      [['backup', '--alll'], /unknown option '--alll'/],
      [['backup', '--backup-dir'], /argument missing/],
      [['bakup', 'users'], /unknown command 'bakup'/],
      [['backup', 'users', '--all'], /--all and names of tables exclude each other/],
      [['restore', 'users', '--all', '--yes'], /--all and names of tables exclude each other/],
      [['restore', 'users', '--yes', '--schema', 'sql'], /--schema must be alternator or cql, not 'sql'/],
      [[], /needs a terminal/],
    ] as const) {
      const result = await stage.tool(args);
      expect([result.code, result.stdout], args.join(' ')).toEqual([2, '']);
      expect(result.stderr).toMatch(says);
    }
    expect(asked(stage.fake)).toBe(0);
    expect(readdirSync(stage.cwd)).toEqual([]);
  });

  it('settings that are wrong are all told at once, with exit status 2', async ({ setUp }) => {
    const stage = await setUp(USERS);
    const wrong = {
      '--endpoint': 'localhost:8000',
      '--cql-port': '99999',
      '--nodetool': '[1]',
      '--nodetool-timeout': 'soon',
      '--service': 'upstart:scylla',
      '--start-timeout': '0',
      '--answer-timeout': '-1',
      '--keep-versions': '1.5',
    };
    const result = await stage.tool([
      'backup',
      'users',
      ...Object.entries(wrong).map(([flag, value]) => `${flag}=${value}`),
    ]);
    expect(result.code).toBe(2);
    for (const flag of Object.keys(wrong)) expect(result.stderr).toContain(`${flag} `);
    const withPassword = await stage.tool([
      'backup',
      'users',
      '--endpoint',
      'http://me:hidden@localhost:8000',
    ]);
    expect(withPassword.code).toBe(2);
    expect(withPassword.stderr).not.toContain('hidden');
    expect(asked(stage.fake)).toBe(0);
    expect(readdirSync(stage.cwd)).toEqual([]);
  });
});
