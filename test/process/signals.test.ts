import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { newGate } from './harness/gate.js';
import { isAlive } from './harness/processes.js';
import { filesIn } from './harness/tree.js';
import { it, type Stage } from './harness/stage.js';

const MEGABYTE = 1024 * 1024;
const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;
/** Takes a second or two to compress. */
const LARGE = { tables: [{ name: 'users', bulkBytes: 64 * MEGABYTE }] } as const;

/** What is to be seen of backups: folders of tables, and older generations. */
const visible = ({ backups }: Stage) => filesIn(backups).filter((name) => !name.startsWith('@state/'));

const archiveBegun = ({ backups }: Stage): boolean => {
  const staging = join(backups, '@state', 'staging');
  const labels = existsSync(staging) ? readdirSync(staging) : [];
  return labels.some((label) => existsSync(join(staging, label, 'users', 'users_backup.tar.gz')));
};

/** After an interrupted backup: nothing half made is to be seen, no tag of ours is left, and the next run works. */
async function expectNothingLeft(stage: Stage, before: readonly string[]): Promise<void> {
  expect(visible(stage)).toEqual(before);
  expect(stage.fake.snapshots('users')).toEqual([]);
  expect(stage.fake.hanging().filter(isAlive)).toEqual([]);
  expect(filesIn(join(stage.backups, '@state', 'staging'))).toEqual([]);
  const next = await stage.tool(['backup', 'users']);
  expect(next.code, next.stderr).toBe(0);
  expect(next.stderr).not.toContain('Repaired');
}

describe.concurrent('signals', () => {
  it.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'T-21: %s during an archive: the documented words, exit status %i, no partial backup, no tag, no lock',
    async ([signal, code], { setUp }) => {
      const stage = await setUp(LARGE);
      const running = stage.start(['backup', 'users']);
      await vi.waitUntil(() => archiveBegun(stage), { timeout: 25_000, interval: 5 });
      running.kill(signal);
      const result = await running.result;
      expect(result.code, result.stderr).toBe(code);
      expect(result.stdout).toMatch(/(^|\n)Backup process interrupted by user\.\n$/);
      expect(result.stderr).not.toMatch(/\n\s+at /);
      await expectNothingLeft(stage, []);
    },
  );

  it.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'T-21: %s during a hanging snapshot: exit status %i, nodetool is gone, the tag is cleared, the old backup stays',
    async ([signal, code], { setUp }) => {
      const stage = await setUp(USERS);
      await stage.tool(['backup', 'users']);
      const before = visible(stage);
      stage.fake.when('nodetool', (args) => args[0] === 'snapshot', { kind: 'hang' }, 1);
      const running = stage.start(['backup', 'users']);
      await vi.waitUntil(() => stage.fake.hanging().length > 0, { timeout: 25_000, interval: 20 });
      const killedAt = Date.now();
      running.kill(signal);
      const result = await running.result;
      expect(result.code, result.stderr).toBe(code);
      expect(Date.now() - killedAt).toBeLessThan(8_000);
      expect(result.stdout).toMatch(/(^|\n)Backup process interrupted by user\.\n$/);
      expect(stage.fake.calls.nodetool().at(-1)).toMatch(/^clearsnapshot -t altbk_/);
      await expectNothingLeft(stage, before);
    },
  );

  it('SIGINT at a question of the piped menu ends with 130 and leaves nothing', async ({ setUp }) => {
    const stage = await setUp(USERS);
    const running = stage.start(['backup'], { keepStdinOpen: true });
    await running.untilSays('Enter your choice (1, 2, or 3): ');
    running.kill('SIGINT');
    const result = await running.result;
    expect(result.code).toBe(130);
    expect(result.stdout).toContain('Backup process interrupted by user.');
    expect(existsSync(stage.backups)).toBe(false);
  });

  it('SIGINT while a table is being loaded: that table is finished, the next one is not begun, exit status 130', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [...USERS.tables, { name: 'orders', like: 'orders' }] });
    await stage.tool(['backup', '--all']);
    const users = stage.fake.table('users');
    const gate = newGate();
    stage.fake.when('nodetool', (args) => args[0] === 'refresh', { kind: 'wait', until: gate.opened }, 1);
    const running = stage.start(['restore', 'orders', 'users', '--yes']);
    await running.untilSays('Running nodetool refresh for alternator_orders.orders');
    running.kill('SIGINT');
    gate.open();
    const result = await running.result;
    expect(result.code, result.stderr).toBe(130);
    expect(result.stdout).toContain('Restore process interrupted by user.');
    expect([stage.fake.table('orders')?.items, stage.fake.table('orders')?.indexed]).toEqual([200, 200]);
    expect(stage.fake.table('users')).toEqual(users);
  });

  it('T-51: a signal between stop and start: the service is running again, and the table is whole', async ({
    setUp,
  }) => {
    const stage = await setUp({ ...USERS, startMs: 500 });
    await stage.tool(['backup', 'users']);
    const gate = newGate();
    stage.fake.when('service', (args) => args[0] === 'stop', { kind: 'wait', until: gate.opened }, 1);
    const running = stage.start(['restore', 'users', '--yes', '--offline']);
    await running.untilSays('Stopping ScyllaDB service...');
    running.kill('SIGTERM');
    gate.open();
    const result = await running.result;
    expect(result.code, result.stderr).toBe(143);
    expect(result.stdout).toMatch(
      /✅ Table 'users' restored successfully!\n[^]*Restore process interrupted by user\.\n$/,
    );
    expect(stage.fake.calls.service().filter((verb) => verb !== 'status')).toEqual(['stop', 'start']);
    await vi.waitUntil(() => stage.fake.table('users')?.indexed === 200, { timeout: 5_000 });
    expect(readdirSync(join(stage.fake.table('users')?.directory ?? '', 'upload'))).toEqual([]);
  });

  it('a signal in an offline batch, while a later table is being prepared: those that were emptied already get their data', async ({
    setUp,
  }) => {
    const stage = await setUp({
      tables: [
        { name: 'orders', like: 'orders' },
        { name: 'users', like: 'orders' },
      ],
    });
    await stage.tool(['backup', '--all']);
    const gate = newGate();
    const isLater = (args: readonly string[]) => args[0] === 'snapshot' && args.join(' ').includes('users');
    stage.fake.when('nodetool', isLater, { kind: 'wait', until: gate.opened }, 1);
    const running = stage.start(['restore', 'orders', 'users', '--yes', '--offline']);
    await vi.waitUntil(
      () => stage.fake.calls.nodetool().filter((call) => isLater(call.split(' '))).length === 2,
      {
        timeout: 30_000,
        interval: 20,
      },
    );
    running.kill('SIGINT');
    await running.untilSays('the restore stops as soon as no table is half restored');
    gate.open();
    const result = await running.result;
    expect(result.stderr).not.toContain('NOT RUNNING');
    expect(result.code, result.stderr).toBe(130);
    expect([stage.fake.table('orders')?.items, stage.fake.table('users')?.items]).toEqual([200, 200]);
    expect(stage.fake.calls.service().filter((verb) => verb !== 'status')).toEqual(['stop', 'start']);
  });
});
