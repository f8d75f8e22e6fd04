import { existsSync } from 'node:fs';
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

  it('a restore that was killed is told of by the next backup, whose table may be empty: exit status 3', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    stage.fake.when('nodetool', ([verb]) => verb === 'refresh', { kind: 'hang' }, 1);
    const running = stage.start(['restore', 'users', '--yes']);
    await vi.waitUntil(() => stage.fake.calls.nodetool().at(-1)?.startsWith('refresh'), {
      timeout: 20_000,
      interval: 20,
    });
    running.kill('SIGKILL');
    await running.result;
    const next = await stage.tool(['backup', 'users', '--quiet']);
    expect(next.code, next.stderr).not.toBe(0);
    expect(next.stderr).toMatch(
      /WARNING - A restore of users did not come to a good end: the table as it was before is in \S+\/safety\/\S+\/users\./,
    );
  });
});
