import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { newGate } from './harness/gate.js';
import { it, type Stage } from './harness/stage.js';

const THREE_TABLES = {
  tables: [
    { name: 'users', like: 'orders' },
    { name: 'orders', like: 'orders' },
    { name: 'products', like: 'streamed' },
  ],
} as const;

const lastHistory = ({ backups }: Stage) =>
  JSON.parse(
    readFileSync(join(backups, '@state', 'history.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .at(-1) ?? '',
  ) as { command: string; outcomes: { table: string; result: string; before?: string }[] };

const isRefresh = (args: readonly string[]) => args[0] === 'refresh';

describe.concurrent('a run that is interrupted between two tables', () => {
  it('a restore says at once what a signal does, then what is restored and what is not, in its summary, log and history', async ({
    setUp,
  }) => {
    const stage = await setUp(THREE_TABLES);
    await stage.tool(['backup', '--all']);
    const gate = newGate();
    stage.fake.when('nodetool', isRefresh, { kind: 'wait', until: gate.opened }, 1);
    const running = stage.start(['restore', 'users', 'orders', 'products', '--yes']);
    await running.untilSays('Running nodetool refresh');
    running.kill('SIGINT');
    // Before the table is done.
    await running.untilSays('A second signal changes nothing.');
    running.kill('SIGINT');
    gate.open();
    const result = await running.result;
    expect(result.code, result.stderr).toBe(130);
    expect(result.stdout).toContain('  ✅ Successful: 1\n  ❌ Failed: 0\n');
    expect(result.stdout).toMatch(/\nRestore process interrupted by user\.\n$/);
    expect(stage.log('restore')).toContain(
      'WARNING - Interrupted (SIGINT); left as they were: orders, products',
    );
    expect(lastHistory(stage)).toMatchObject({
      command: 'restore',
      outcomes: [
        { table: 'users', result: 'done' },
        { table: 'orders', result: 'skipped' },
        { table: 'products', result: 'skipped' },
      ],
    });
  });

  it('SIGINT while every load fails: the lost table is worse than the signal, exit status 8', async ({
    setUp,
  }) => {
    const stage = await setUp(THREE_TABLES);
    await stage.tool(['backup', '--all']);
    stage.fake.when('nodetool', isRefresh, { kind: 'fail', exit: 1, stderr: 'boom' });
    const running = stage.start(['restore', 'users', 'orders', '--yes', '--json']);
    await running.untilSays('Running nodetool refresh');
    running.kill('SIGINT');
    const result = await running.result;
    expect(result.code, result.stderr).toBe(8);
    expect(result.stderr).toContain('Failed tables:\n  - users\n');
    expect(JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      summary: { exitCode: 8, outcomes: [{ table: 'users', before: 'lost' }, { table: 'orders' }] },
    });
    expect(lastHistory(stage).outcomes[0]).toMatchObject({
      table: 'users',
      result: 'failed',
      before: 'lost',
    });
  });

  it('a backup tells what is stored and what is not, also in its history', async ({ setUp }) => {
    const stage = await setUp({
      tables: [
        { name: 'users', like: 'orders' },
        { name: 'large', bulkBytes: 64 * 1024 * 1024 },
      ],
    });
    const running = stage.start(['backup', 'users', 'large']);
    await running.untilSays('===== Start backup process for large =====');
    running.kill('SIGTERM');
    const result = await running.result;
    expect(result.code, result.stderr).toBe(143);
    expect(result.stdout).toContain('  ✅ Successful: 1\n');
    expect(stage.log('backup')).toContain('WARNING - Terminated (SIGTERM); left as they were: large');
    expect(lastHistory(stage)).toMatchObject({
      command: 'backup',
      outcomes: [
        { table: 'users', result: 'done' },
        { table: 'large', result: 'skipped' },
      ],
    });
    expect(stage.fake.snapshots('large')).toEqual([]);
  });
});
