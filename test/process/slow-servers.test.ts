import { existsSync, readdirSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { logged } from './harness/log-lines.js';
import { it, type Stage } from './harness/stage.js';

/** Real time, most of it spent waiting: these run beside each other, and beside every other file. */
const PATIENT = { timeout: 120_000 };
const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

const restoreOffline = async (stage: Stage, ...flags: readonly string[]) => {
  expect((await stage.tool(['backup', '--all'])).code).toBe(0);
  return stage.tool(['restore', 'users', '--yes', '--offline', ...flags], { deadlineMs: 100_000 });
};

/** When a program was first called so after the service was last told to start, in milliseconds. */
const sinceServing = ({ fake }: Stage, verb: string) => {
  const call = fake.calls.programs().find(({ args, at }) => args[0] === verb && at >= fake.servingSince());
  return call ? call.at - fake.servingSince() : NaN;
};

describe.concurrent('servers that take their time', () => {
  it(
    'T-53: a server that needs 40 s to start is waited for, and the restore succeeds',
    PATIENT,
    async ({ setUp }) => {
      const stage = await setUp({ ...USERS, startMs: 40_000 });
      const result = await restoreOffline(stage);
      expect(result.code, result.stderr).toBe(0);
      expect(result.ms).toBeGreaterThan(40_000);
      expect(stage.fake.table('users')?.items).toBe(200);
      expect(sinceServing(stage, 'statusgossip')).toBeLessThan(2_000);
    },
  );

  it(
    'an API that takes requests and never answers is given up within a minute, with exit status 5',
    PATIENT,
    async ({ setUp }) => {
      const stage = await setUp(USERS);
      stage.fake.api.answer = 'silent';
      const result = await stage.tool(['backup', 'users'], { deadlineMs: 70_000 });
      expect(result.code).toBe(5);
      expect(result.stderr).toContain(stage.fake.endpoint);
      expect(result.stderr).not.toContain('@smithy');
      expect(existsSync(stage.backups)).toBe(false);
    },
  );

  it(
    'a CQL port that takes connections and never answers is given up within a minute, with exit status 5',
    PATIENT,
    async ({ setUp }) => {
      const stage = await setUp(USERS);
      stage.fake.cql.answer = 'silent';
      const result = await stage.tool(['backup', 'users'], { deadlineMs: 70_000 });
      expect(result.code).toBe(5);
      expect(result.stderr).toContain(`CQL at ${stage.fake.host}:${stage.fake.cqlPort} cannot be reached`);
      expect(existsSync(stage.backups)).toBe(false);
    },
  );

  it('T-53: a server that is ready after 1 s is used within 2 s: nobody sleeps for longer than it takes', async ({
    setUp,
  }) => {
    const stage = await setUp({ ...USERS, startMs: 1_000 });
    const result = await restoreOffline(stage);
    expect(result.code, result.stderr).toBe(0);
    expect(sinceServing(stage, 'statusgossip')).toBeLessThan(2_000);
  });

  it('T-53: a server that never comes up is given up at --start-timeout, with a hint, and the old files are named and there', async ({
    setUp,
  }) => {
    const stage = await setUp({ ...USERS, startMs: Infinity });
    const started = Date.now();
    const result = await restoreOffline(stage, '--start-timeout', '3');
    expect(result.code).toBe(8);
    expect(Date.now() - started).toBeLessThan(40_000);
    expect(result.stderr).toMatch(
      /ERROR - THE DATABASE IS NOT RUNNING: The node does not serve within 3 s: (.*cannot be reached|nobody listens)/,
    );
    expect(result.stderr).toMatch(/Next: .*--start-timeout/);
    const [, directory = ''] = /are in (\S+): keep them/.exec(result.stderr) ?? [];
    const kept = readdirSync(directory);
    expect(kept).toContain('alternator_schema.json');
    expect(kept.filter((name) => name.startsWith('me-'))).toHaveLength(9);
  });

  it('T-54: a service that is still alive after its stop command: the documented words, and nothing was extracted', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    stage.fake.server.stop = 'stays alive';
    const result = await restoreOffline(stage);
    expect(result.code).toBe(1);
    const log = stage.log('restore');
    expect(logged(log)).toContain('ERROR - Service still running after stop command');
    expect(log.split('Putting back')[0]).not.toContain('Data extracted');
    expect([stage.fake.table('users')?.items, stage.fake.table('users')?.indexed]).toEqual([200, 200]);
  });
});
