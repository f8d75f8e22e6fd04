import { describe, expect } from 'vitest';
import { it } from './harness/stage.js';
import type { ToolResult } from './harness/running-tool.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

interface Summary {
  readonly exitCode: number;
  readonly dryRun?: boolean;
  readonly error?: string;
  readonly tables?: readonly { readonly table: string; readonly action: string; readonly reason?: string }[];
}

/** The only summary, which must be the last line. */
function summaryOf({ stdout }: ToolResult): Summary {
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; summary?: Summary });
  expect(lines.filter(({ type }) => type === 'summary')).toHaveLength(1);
  const last = lines.at(-1)?.summary;
  if (!last) throw new Error(`no summary at the end:\n${stdout}`);
  return last;
}

describe.concurrent('--json', () => {
  it('ends with one summary that has the exit status, however little there was to do', async ({ setUp }) => {
    const [empty, stage, ring] = [await setUp(), await setUp(USERS), await setUp({ ...USERS, nodes: 3 })];
    await stage.tool(['backup', 'users']);
    for (const [at, args, code, stdin] of [
      [empty, ['backup', '--all'], 3, ''],
      [empty, ['backup'], 3, '1\n'],
      [stage, ['backup'], 0, '3\n'],
      [stage, ['backup'], 1, '1\nnosuch\n'],
      [stage, ['backup'], 2, '7\n'],
      [stage, ['restore'], 0, '3\n'],
      [stage, ['restore'], 6, '1\nusers\nno\n'],
      [empty, ['restore'], 3, ''],
      [ring, ['backup', '--all'], 5, ''],
    ] as const) {
      const result = await at.tool([...args, '--json'], { stdin });
      expect([args, stdin, result.code], result.stderr).toEqual([args, stdin, code]);
      const summary = summaryOf(result);
      expect([args, stdin, summary.exitCode, summary.dryRun]).toEqual([args, stdin, code, undefined]);
    }
  });

  it('of a dry run names the reason of each table that would fail', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    for (const [command, reason] of [
      ['backup', "Table 'nosuch' not found."],
      ['restore', 'Backup folder ./backups/nosuch does not exist'],
    ] as const) {
      const result = await stage.tool([command, 'users', 'nosuch', '--dry-run', '--json']);
      expect(summaryOf(result)).toMatchObject({
        dryRun: true,
        exitCode: 1,
        tables: [{ table: 'users' }, { table: 'nosuch', action: 'fail', reason }],
      });
    }
  });
});

describe.concurrent('a dry run of what cannot be done', () => {
  it('ends as the run would, and says why also when it is to be quiet', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    for (const command of ['backup', 'restore']) {
      const dry = await stage.tool([command, 'nosuch', '--dry-run', '--quiet']);
      expect([command, dry.code, dry.stdout], dry.stderr).toEqual([command, 1, '']);
      expect(dry.stderr).toMatch(/ERROR - nosuch: .*nosuch/);
    }
  });
});

describe.concurrent('--quiet', () => {
  it('names each table that failed, also where its error does not', async ({ setUp }) => {
    const stage = await setUp({ tables: [...USERS.tables, { name: 'orders', like: 'orders' }] });
    await stage.tool(['backup', '--all']);
    const isOf = (verb: string) => (args: readonly string[]) =>
      args[0] === verb && args.some((word) => word.includes('orders'));
    stage.fake.when('nodetool', isOf('snapshot'), { kind: 'fail', exit: 1, stderr: 'error: boom' });
    const backup = await stage.tool(['backup', '--all', '--quiet']);
    expect([backup.code, backup.stderr]).toEqual([
      1,
      expect.stringContaining('ERROR - ❌ Backup failed for orders'),
    ]);
    const restore = await stage.tool(['restore', '--all', '--yes', '--quiet']);
    expect([restore.code, restore.stderr]).toEqual([
      1,
      expect.stringContaining('ERROR - ❌ orders failed to restore'),
    ]);
    expect(restore.stderr).not.toContain('users');
  });
});
