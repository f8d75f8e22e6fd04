import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { newGate } from './harness/gate.js';
import { it, type Stage } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

const today = () => {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
};

const labelIn = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { label: string }).label;

const generations = ({ backups }: Stage, table: string) => ({
  newest: labelIn(join(backups, table)),
  older: readdirSync(join(backups, '@versions', table)).sort(),
});

describe.concurrent('generations and locks', () => {
  it('TX-23: a second full backup stands in front, the first one lies under its label, and each label is new', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    const label = `users_${today()}_full`;
    await stage.tool(['backup', 'users']);
    expect(labelIn(join(stage.backups, 'users'))).toBe(label);
    await stage.tool(['backup', 'users', '--type', 'full']);
    expect(generations(stage, 'users')).toEqual({ newest: `${label}_r1`, older: [label] });
    await stage.tool(['backup', 'users', '--type', 'full']);
    expect(generations(stage, 'users')).toEqual({ newest: `${label}_r2`, older: [label, `${label}_r1`] });
    for (const older of [label, `${label}_r1`])
      expect(labelIn(join(stage.backups, '@versions', 'users', older))).toBe(older);
  });

  it('the label names what the run covered: one table, a selection, or all', async ({ setUp }) => {
    const stage = await setUp({ tables: [{ name: 'users' }, { name: 'orders' }] });
    for (const [args, label] of [
      [['orders'], `orders_${today()}_full`],
      [['users', 'orders'], `selection_${today()}_full`],
      [['--all'], `all_${today()}_full`],
    ] as const) {
      await stage.tool(['backup', ...args, '--type', 'full']);
      expect(labelIn(join(stage.backups, 'orders'))).toBe(label);
    }
  });

  it('T-15: views that the table no longer has are not in its new backup', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    stage.fake.addTable({ name: 'users', like: 'one' });
    await stage.tool(['backup', 'users']);
    expect(
      readdirSync(join(stage.backups, 'users')).filter((name) => name.startsWith('materialized')),
    ).toEqual([]);
  });

  it.for([
    ['backup', 'snapshot', ['backup', 'users']],
    ['restore', 'refresh', ['restore', 'users', '--yes']],
  ] as const)(
    'T-33: while a %s runs, a second run ends at once with exit status 4 and names the first, which is not disturbed',
    async ([command, verb, args], { setUp }) => {
      const stage = await setUp(USERS);
      await stage.tool(['backup', 'users']);
      const gate = newGate();
      stage.fake.when('nodetool', ([first]) => first === verb, { kind: 'wait', until: gate.opened }, 1);
      const running = stage.start(args);
      await vi.waitUntil(() => stage.fake.calls.nodetool().at(-1)?.startsWith(verb), {
        timeout: 20_000,
        interval: 20,
      });
      for (const second of [
        ['backup', 'users'],
        ['restore', 'users', '--yes'],
      ]) {
        const result = await stage.tool(second);
        expect([result.code, second], result.stderr).toEqual([4, second]);
        expect(result.stderr).toMatch(
          new RegExp(`Another run is under way: process ${running.pid} on \\S+ \\(${command}, since `),
        );
      }
      gate.open();
      const first = await running.result;
      expect(first.code, first.stderr).toBe(0);
      expect(stage.fake.table('users')?.items).toBe(200);
    },
  );

  it('a run that was killed holds no lock, and the next one clears its snapshot', async ({ setUp }) => {
    const stage = await setUp(USERS);
    stage.fake.when('nodetool', ([verb]) => verb === 'clearsnapshot', { kind: 'hang' }, 1);
    const running = stage.start(['backup', 'users']);
    await vi.waitUntil(() => stage.fake.calls.nodetool().at(-1)?.startsWith('clearsnapshot'), {
      timeout: 20_000,
      interval: 20,
    });
    running.kill('SIGKILL');
    expect((await running.result).signal).toBe('SIGKILL');
    expect(stage.fake.snapshots('users')).toHaveLength(1);
    const next = await stage.tool(['backup', 'users']);
    expect(next.code, next.stderr).toBe(0);
    expect(next.stderr).toMatch(/INFO - Cleared snapshot altbk_\S+, which an interrupted run left/);
    expect(stage.fake.snapshots('users')).toEqual([]);
  });
});
