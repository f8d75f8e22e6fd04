import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { expectRefused } from './harness/refusals.js';
import { it } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const NOT_ROOT = 'only root can run the tool as somebody else, or a server as another user';

describe.concurrent('a machine that lacks something: refused before anything is changed', () => {
  it('T-34: no nodetool, by name or by path', async ({ setUp }) => {
    const stage = await setUp(USERS);
    for (const nodetool of ['no-such-nodetool', '/no/such/nodetool -h 127.0.0.1', '["/no/such nodetool"]']) {
      await expectRefused(stage, {
        args: ['backup', 'users', '--nodetool', nodetool],
        code: 5,
        says: [/ERROR - The program \S*no.such.nodetool cannot be found/, /Next: .*--nodetool/],
      });
    }
    expect(stage.fake.calls.programs()).toEqual([]);
  });

  it('no data directory there', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await expectRefused(stage, {
      args: ['backup', 'users', '--data-dir', '/no/such/directory'],
      code: 5,
      says: [
        /ERROR - The data directory \/no\/such\/directory cannot be read: No such file or directory/,
        /Next: .*--data-dir/,
      ],
    });
  });

  it('a data directory that is not this node’s: the missing directory of the table is named', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    const other = join(stage.cwd, 'other');
    mkdirSync(other);
    await expectRefused(stage, {
      args: ['backup', 'users', '--data-dir', other],
      code: 5,
      says: [/The directory of table 'users' is not there/, /Next: .*--data-dir/],
    });
  });

  it('no program of the service, for a restore that must stop it', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    await expectRefused(stage, {
      args: ['restore', 'users', '--yes', '--offline', '--service', 'systemd:scylla-server'],
      options: { env: { PATH: '/nowhere' } },
      code: 5,
      says: [/The program systemctl cannot be found/, /--service/],
    });
  });

  it('T-9: as somebody who may not read the data directory', async ({ setUp, skip }) => {
    skip(!isRoot, NOT_ROOT);
    const stage = await setUp(USERS);
    chownSync(stage.cwd, NOBODY, NOBODY);
    chmodSync(stage.fake.dataDirectory, 0o700);
    await expectRefused(stage, {
      args: ['backup', 'users'],
      options: { asUser: NOBODY },
      code: 5,
      says: [/ERROR - The data directory \S+ cannot be read: Permission denied/, /Next: .*as root/],
    });
  });

  it('T-22: as somebody who may not write where the backups go', async ({ setUp, skip }) => {
    skip(!isRoot, NOT_ROOT);
    const stage = await setUp(USERS);
    chownSync(stage.cwd, NOBODY, NOBODY);
    mkdirSync(stage.backups, { mode: 0o755 });
    await expectRefused(stage, {
      args: ['backup', 'users'],
      options: { asUser: NOBODY },
      code: 5,
      says: [
        /ERROR - Failed to create backup folder \.\/backups\S*: Permission denied/,
        /Next: .*--backup-dir/,
      ],
    });
    expect(stage.fake.calls.programs()).toEqual([]);
  });

  it('T-67: as somebody who may not give files to the server, a restore is refused', async ({
    setUp,
    skip,
  }) => {
    skip(!isRoot, NOT_ROOT);
    const stage = await setUp({ ...USERS, serverUid: 65_533 });
    chownSync(stage.cwd, NOBODY, NOBODY);
    const backup = await stage.tool(['backup', 'users'], { asUser: NOBODY });
    expect(backup.code, backup.stderr).toBe(0);
    await expectRefused(stage, {
      args: ['restore', 'users', '--yes'],
      options: { asUser: NOBODY },
      code: 5,
      says: [/ERROR - (?!Unexpected error).*(Permission denied|Operation not permitted)/, /Next: /],
    });
  });

  it('T-55: restored files belong to the user of the server, which refuses all others', async ({
    setUp,
    skip,
  }) => {
    skip(!isRoot, NOT_ROOT);
    const stage = await setUp({ ...USERS, serverUid: 65_533 });
    await stage.tool(['backup', 'users']);
    for (const mode of [[], ['--offline']]) {
      const result = await stage.tool(['restore', 'users', '--yes', ...mode]);
      expect(result.code, result.stderr).toBe(0);
      expect(stage.fake.table('users')?.items).toBe(200);
    }
  });
});
