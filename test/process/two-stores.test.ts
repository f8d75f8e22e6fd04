import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { newGate } from './harness/gate.js';
import { it } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

describe.concurrent('two runs on one node, each with a store of its own', () => {
  it('while a table is being loaded nobody backs it up half empty or replaces it: exit status 4, naming the first', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    for (const store of ['./backups', 'other']) await stage.tool(['backup', 'users', '--backup-dir', store]);
    const gate = newGate();
    stage.fake.when('nodetool', ([verb]) => verb === 'refresh', { kind: 'wait', until: gate.opened }, 1);
    const running = stage.start(['restore', 'users', '--yes']);
    await running.untilSays('Running nodetool refresh');
    for (const args of [
      ['backup', 'users', '--backup-dir', 'third'],
      ['restore', 'users', '--yes', '--backup-dir', 'other'],
    ]) {
      const second = await stage.tool(args);
      expect([args, second.code], second.stderr).toEqual([args, 4]);
      expect(second.stderr).toMatch(
        new RegExp(`Another run is under way: process ${running.pid} on \\S+ \\(restore, since `),
      );
    }
    gate.open();
    expect((await running.result).code).toBe(0);
    expect(existsSync(join(stage.cwd, 'third', 'users'))).toBe(false);
    expect(stage.fake.table('users')?.items).toBe(200);
  });

  it('T-69: a table whose restore was killed is neither backed up nor restored, from whichever store: exit status 5, and both ways out are named and work', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    for (const store of ['./backups', 'other']) await stage.tool(['backup', 'users', '--backup-dir', store]);
    stage.fake.when('nodetool', ([verb]) => verb === 'refresh', { kind: 'hang' }, 1);
    const running = stage.start(['restore', 'users', '--yes']);
    await vi.waitUntil(() => stage.fake.calls.nodetool().at(-1)?.startsWith('refresh'), {
      timeout: 20_000,
      interval: 20,
    });
    running.kill('SIGKILL');
    await running.result;
    const manifest = readFileSync(join(stage.backups, 'users', 'manifest.json'), 'utf8');
    for (const args of [
      ['backup', 'users', '--quiet'],
      ['backup', 'users', '--quiet', '--backup-dir', 'third'],
      ['restore', 'users', '--yes', '--quiet', '--backup-dir', 'other'],
    ]) {
      const next = await stage.tool(args);
      expect([args, next.code], next.stderr).toEqual([args, 5]);
      expect(next.stderr).toMatch(
        /a restore of 'users' was cut off, .*alternator-backup resume (\S+) finishes it, alternator-backup undo \1 takes it back/,
      );
    }
    expect(readFileSync(join(stage.backups, 'users', 'manifest.json'), 'utf8')).toBe(manifest);
    const resumed = await stage.tool(['resume']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(stage.fake.table('users')?.items).toBe(200);
    expect((await stage.tool(['backup', 'users', '--quiet'])).code).toBe(0);
    const undone = await stage.tool(['undo']);
    expect(undone.code, undone.stderr).toBe(0);
    expect(stage.fake.table('users')?.items).toBe(200);
  });
});
