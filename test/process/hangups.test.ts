import { readdirSync } from 'node:fs';
import { describe, expect, vi } from 'vitest';
import { newGate } from './harness/gate.js';
import { it } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

describe.concurrent('a session that is lost (SIGHUP)', () => {
  it('while a table is being loaded: the table is whole at the end, and only the copy for an undo is left on the node', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [...USERS.tables, { name: 'orders', like: 'orders' }] });
    await stage.tool(['backup', '--all']);
    const gate = newGate();
    stage.fake.when('nodetool', (args) => args[0] === 'refresh', { kind: 'wait', until: gate.opened }, 1);
    const running = stage.start(['restore', 'orders', 'users', '--yes']);
    await running.untilSays('Running nodetool refresh');
    running.kill('SIGHUP');
    await running.untilSays('Hung up (SIGHUP)');
    gate.open();
    const result = await running.result;
    expect([result.signal, result.code]).toEqual([null, 129]);
    expect(stage.fake.table('orders')?.items).toBe(200);
    expect(stage.trees().disk.filter((line) => /staging\/\d/.test(line))).toEqual([]);
    const copies = stage.trees().disk.flatMap((line) => /safety\/([^/]+\/[^/ ]+) /.exec(line)?.[1] ?? []);
    expect(copies).toEqual([expect.stringMatching(/\/orders$/)]);
    expect(stage.log('restore')).toContain('Hung up (SIGHUP)');
  });

  it('while the service is stopped: it runs again, and the table is whole', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    const gate = newGate();
    stage.fake.when('service', (args) => args[0] === 'start', { kind: 'wait', until: gate.opened }, 1);
    const running = stage.start(['restore', 'users', '--yes', '--offline']);
    await running.untilSays('stopped successfully');
    running.kill('SIGHUP');
    gate.open();
    const result = await running.result;
    expect(result.signal).toBe(null);
    expect([0, 3, 129]).toContain(result.code);
    expect(stage.fake.calls.service().filter((verb) => verb !== 'status')).toEqual(['stop', 'start']);
    expect(stage.fake.table('users')?.items).toBe(200);
  });

  it('during a backup: no snapshot and no half made backup is left, exit status 129', async ({ setUp }) => {
    const stage = await setUp({ tables: [{ name: 'users', bulkBytes: 64 * 1024 * 1024 }] });
    const running = stage.start(['backup', 'users']);
    await vi.waitUntil(() => stage.fake.snapshots('users').length > 0, { timeout: 25_000, interval: 5 });
    running.kill('SIGHUP');
    const result = await running.result;
    expect([result.signal, result.code], result.stderr).toEqual([null, 129]);
    expect(stage.fake.snapshots('users')).toEqual([]);
    expect(readdirSync(stage.backups)).toEqual(['@state']);
  });
});
