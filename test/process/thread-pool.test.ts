import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { platform } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { it, type Stage } from './harness/stage.js';

/** Niceness of each thread of a process; field 19 of stat, counted from behind the name, which may hold blanks. */
const nicenessOf = (pid: number): readonly number[] =>
  readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });

/** A backup that is kept from ending by reading its files slowly, looked at while it archives. */
async function threadsWhileArchiving(stage: Stage, args: readonly string[]): Promise<readonly number[]> {
  const directory = stage.fake.table('users')?.directory ?? '';
  const statistics = readdirSync(directory).find((name) => name.endsWith('-Statistics.db')) ?? '';
  // Long enough to be seen at 0.5 MB/s.
  truncateSync(join(directory, statistics), 4_000_000);
  const running = stage.start(['backup', 'users', '--limit-rate', '0.5', ...args]);
  const isArchiving = () =>
    readdirSync(stage.cwd, { recursive: true, encoding: 'utf8' }).some((path) =>
      /staging.*users_backup\.tar\.gz$/.test(path),
    );
  while (!isArchiving()) await delay(20);
  // It has begun to read by then; the pool is there with its first piece of work.
  await delay(500);
  const found = nicenessOf(running.pid);
  running.kill('SIGTERM');
  await running.result;
  return found;
}

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

describe.skipIf(platform !== 'linux')('threads, on Linux', () => {
  it('every thread gives way to the database, those that Node started before us too', async ({ setUp }) => {
    const threads = await threadsWhileArchiving(await setUp(USERS), ['--jobs', '3']);
    expect(new Set(threads)).toEqual(new Set([10]));
  });

  it('none does with --no-nice', async ({ setUp }) => {
    const threads = await threadsWhileArchiving(await setUp(USERS), ['--no-nice']);
    expect(new Set(threads)).toEqual(new Set([0]));
  });

  it('the thread pool has two more than --jobs, as flag and as variable', async ({ setUp }) => {
    const count = async (args: readonly string[]) =>
      (await threadsWhileArchiving(await setUp(USERS), args)).length;
    const few = await count(['--jobs', '1']);
    expect((await count(['--jobs', '9'])) - few).toBe(8);
    expect((await count(['--jobs=5'])) - few).toBe(4);
  });
});
