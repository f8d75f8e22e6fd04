import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { backedUp, cutAt, keysOf, LATER, SAVED, story } from '../../support/cut-at.js';
import type { Change, Workbench } from '../../support/workbench.js';

const TABLES = ['aaa1', 'bbb2'];
const two = () => backedUp(...TABLES);

/** Somebody wants it to stop when the engine is first asked for this. */
const stoppedAt = (
  bench: Workbench,
  method: 'refresh' | 'truncate',
  kind: 'interrupted' | 'terminated',
): Change => {
  const stop = () => {
    bench.stop.abort(
      new KnownError(kind, kind === 'interrupted' ? 'Interrupted (SIGINT)' : 'Terminated (SIGTERM)'),
    );
  };
  return {
    engine: {
      [method]: async (...args: Parameters<Workbench['engine']['refresh']>) => {
        stop();
        await bench.engine[method](...args);
      },
    },
  };
};

describe('A wish to stop', () => {
  it.each([
    ['interrupted', 130],
    ['terminated', 143],
  ] as const)(
    'between stop and start of an offline restore: the service runs, all that was begun is restored, status %s (T-51)',
    async (kind, status) => {
      const bench = await backedUp('users');
      const stop: Change = {
        service: {
          stop: async () => {
            await bench.service.stop();
            bench.stop.abort(new KnownError(kind, 'a signal'));
          },
        },
      };
      const ran = await bench.restore({ tables: ['users'], yes: true, offline: true }, stop);
      expect(ran.result, story(ran)).toBe(status);
      expect(bench.serviceCalls).toEqual(['stop', 'start']);
      expect(keysOf(bench)).toEqual(SAVED);
      expect(ran.said()).toContain("✅ Table 'users' restored successfully!");
      expect(ran.said()).toMatch(/Restore process interrupted by user\.\n$/);
      expect(story(ran)).toContain('all tables were done by then');
    },
  );

  it('in an offline batch: the table that was emptied gets its data, the other is not begun (T-51)', async () => {
    const bench = await two();
    const ran = await bench.restore(
      { tables: TABLES, yes: true, offline: true },
      stoppedAt(bench, 'truncate', 'terminated'),
    );
    expect(ran.result, story(ran)).toBe(143);
    expect(TABLES.map((table) => keysOf(bench, table))).toEqual([SAVED, LATER]);
    expect(bench.serviceCalls).toEqual(['stop', 'start']);
    expect(story(ran)).toContain('left as they were: bbb2');
  });

  it('during undo: what is being put back is, the other table is left, status 130', async () => {
    const bench = await two();
    const restored = await bench.restore({ tables: TABLES, yes: true });
    expect(restored.result, story(restored)).toBe(0);
    const undone = await bench.undo({}, stoppedAt(bench, 'refresh', 'interrupted'));
    expect(undone.result, story(undone)).toBe(130);
    expect(TABLES.map((table) => keysOf(bench, table))).toEqual([LATER, SAVED]);
    expect(undone.said()).toMatch(
      /✅ Table 'aaa1' is as it was.*\n.*Table 'bbb2' was not come to: alternator-backup undo/,
    );
    expect(undone.said()).toMatch(/Undo process interrupted by user\.\n$/);
  });

  it.each(['undo', 'resume'] as const)(
    'during %s of a batch that was cut off: the other table is left for the next one, status 130',
    async (command) => {
      const bench = await cutAt(
        'place end',
        two,
        (each, change) => each.restore({ tables: TABLES, yes: true, offline: true }, change),
        2,
      );
      const ran = await bench[command]({}, stoppedAt(bench, 'refresh', 'interrupted'));
      expect(ran.result, story(ran)).toBe(130);
      const expected = command === 'undo' ? LATER : SAVED;
      expect(keysOf(bench, 'aaa1')).toEqual(expected);
      expect(keysOf(bench, 'bbb2')).toEqual([]);
      expect(story(ran)).toContain('left as they were: bbb2');
    },
  );
});

describe('A wish to stop while resume still proves what it is about to load', () => {
  const YES = { tables: ['users'], yes: true };
  /** Somebody wants it to stop when that writing of the journal is on the disk. */
  const stoppedAfter = (bench: Workbench, what: string): Change => ({
    journals: (journals) => ({
      ...journals,
      write: async (job, event) => {
        await journals.write(job, event);
        if ((event === null ? 'note' : `${event.step} ${event.at}`) === what)
          bench.stop.abort(new KnownError('interrupted', 'Interrupted (SIGINT)'));
      },
    }),
  });
  const states = async (bench: Workbench) =>
    (await bench.journals.list()).jobs.flatMap(({ tables }) => tables.map(({ state }) => state));

  it.each(['truncate end', 'create end', 'load begin'])(
    'of a job that was cut off at %s: the table is left for the next resume, status 130',
    async (cut) => {
      const recreate = cut === 'create end';
      const bench = await cutAt(
        cut,
        () => backedUp('users'),
        (each, change) => each.restore({ ...YES, recreate }, change),
      );
      const ran = await bench.resume({}, stoppedAfter(bench, 'note'));
      expect(ran.result, story(ran)).toBe(130);
      expect(story(ran)).toContain('left as they were: users');
      expect(story(ran)).not.toContain('NOT COMPLETE');
      expect(await states(bench)).toEqual(['working']);
      const { jobs } = await bench.journals.list();
      expect(jobs[0]?.tables[0]?.safetyCopy).not.toBeNull();
    },
  );

  it('of a batch: both tables are left for the next resume, status 130', async () => {
    const bench = await cutAt(
      'truncate end',
      two,
      (each, change) => each.restore({ tables: TABLES, yes: true, offline: true }, change),
      2,
    );
    const ran = await bench.resume({}, stoppedAfter(bench, 'note'));
    expect(ran.result, story(ran)).toBe(130);
    expect(await states(bench)).toEqual(['working', 'working']);
  });
});
