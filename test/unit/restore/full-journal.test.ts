import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { backedUp, cutAt, keysOf, LATER, SAVED, story } from '../../support/cut-at.js';
import type { Change, Workbench } from '../../support/workbench.js';

const YES = { tables: ['users'], yes: true };
const full = () => new KnownError('files', 'ENOSPC: no space left on device');

/** Nothing can be written down from that writing on. */
const fullFrom = (what: string, more: 'marks too' | 'marks fit' = 'marks fit'): Change => ({
  journals: (journals) => {
    let isFull = false;
    return {
      ...journals,
      write: async (job, event) => {
        isFull ||= event !== null && `${event.step} ${event.at}` === what;
        if (isFull) throw full();
        await journals.write(job, event);
      },
      ...(more === 'marks too' ? { mark: () => Promise.reject(full()) } : {}),
    };
  },
});
/** Nothing at all, or nothing of the end. */
const never: Change = { journals: (journals) => ({ ...journals, write: () => Promise.reject(full()) }) };
const noEnd: Change = {
  journals: (journals) => ({
    ...journals,
    write: (job, event) => (job.finishedAt === null ? journals.write(job, event) : Promise.reject(full())),
  }),
};
function failsOnce(bench: Workbench): Workbench['engine']['refresh'] {
  let hasFailed = false;
  return async (...args) => {
    if (hasFailed) return bench.engine.refresh(...args);
    hasFailed = true;
    throw new KnownError('program', 'nodetool refresh: status 1');
  };
}
const statesOf = async (bench: Workbench) =>
  (await bench.journals.list()).jobs.map(({ tables, finishedAt }) => [tables[0]?.state, finishedAt !== null]);
const jobsFolder = (bench: Workbench) => readdir(join(bench.root, 'work', 'jobs'));

describe('A journal that cannot be written once the data is loaded', () => {
  it.each([
    'read back begin',
    'read back end',
    'settings begin',
    'settings end',
    'compare begin',
    'compare end',
    'tidy begin',
    'tidy end',
  ])('from %s on is a warning that names resume, and takes nothing away', async (from) => {
    const bench = await backedUp('users');
    const ran = await bench.restore(YES, fullFrom(from));
    expect([ran.result, keysOf(bench)], story(ran)).toEqual([3, SAVED]);
    expect(story(ran)).toMatch(/Read back all 3 items/);
    expect(story(ran)).toMatch(/WARNING - .*alternator-backup resume \S+ closes it when there is room/);
    const resumed = await bench.resume();
    expect([0, 3], story(resumed)).toContain(resumed.result);
    expect(keysOf(bench)).toEqual(SAVED);
    expect(await statesOf(bench)).toEqual([['done', true]]);
    expect(await jobsFolder(bench)).toHaveLength(1);
  });
});

describe('A table that was put back while its journal could not be written', () => {
  const moments = [
    [false, 'truncate end'],
    [false, 'load begin'],
    [false, 'load end'],
    [true, 'remove end'],
    [true, 'create end'],
    [true, 'load begin'],
    [true, 'load end'],
  ] as const;

  it.each(moments)(
    '(recreate: %s, full from %s) is not restored by resume, but closed',
    async (recreate, from) => {
      const bench = await backedUp('users');
      const ran = await bench.restore({ ...YES, recreate }, fullFrom(from));
      expect([ran.result, keysOf(bench)], story(ran)).toEqual([1, LATER]);
      expect(story(ran)).toMatch(/alternator-backup undo \S+ /);
      expect(story(ran)).not.toContain('resume');
      bench.engine.put('users', 'since', 1);
      const resumed = await bench.resume();
      expect([resumed.result, keysOf(bench)], story(resumed)).toEqual([1, [...LATER, 'since']]);
      expect(story(resumed)).not.toContain('restored successfully');
      expect(await statesOf(bench)).toEqual([['undone', true]]);
      expect(await jobsFolder(bench)).toHaveLength(1);
    },
  );

  it.each(moments)(
    '(recreate: %s, full from %s) is closed by undo, and can be backed up',
    async (recreate, from) => {
      const bench = await backedUp('users');
      await bench.restore({ ...YES, recreate }, fullFrom(from));
      const undone = await bench.undo();
      expect([undone.result, keysOf(bench)], story(undone)).toEqual([0, LATER]);
      expect(await readdir(join(bench.root, 'work', 'safety')).catch(() => [])).toEqual([]);
      const saved = await bench.backup({ tables: ['users'] });
      expect(saved.result, story(saved)).toBe(0);
    },
  );

  it('was not there before, and is not there after resume either', async () => {
    const bench = await backedUp('users');
    await bench.restore({ ...YES, as: 'copies' }, fullFrom('load begin'));
    const resumed = await bench.resume();
    expect(resumed.result, story(resumed)).toBe(1);
    expect(await bench.engine.listTables()).toEqual(['users']);
    expect(await statesOf(bench)).toEqual([['undone', true]]);
  });

  it('by an undo keeps what it had, and the older job its copy', async () => {
    const bench = await backedUp('users');
    await bench.restore(YES);
    bench.engine.put('users', 'newer', 1);
    const first = await bench.undo({}, fullFrom('load begin'));
    expect([first.result, keysOf(bench)], story(first)).toEqual([1, [...SAVED, 'newer']]);
    const resumed = await bench.resume();
    expect([resumed.result, keysOf(bench)], story(resumed)).toEqual([1, [...SAVED, 'newer']]);
    const undone = await bench.undo();
    expect([undone.result, keysOf(bench)], story(undone)).toEqual([0, LATER]);
  });

  it('with a doubt keeps its copy, for whoever names the job', async () => {
    const bench = await backedUp('users');
    let asked = 0;
    const few: Change = {
      engine: {
        sample: async (...args) =>
          asked++ === 0 ? bench.engine.sample(...args) : { items: 1, complete: true },
      },
    };
    const ran = await bench.restore(YES, { ...fullFrom('load begin'), ...few });
    expect(ran.result, story(ran)).toBe(1);
    const [job] = (await bench.journals.list()).jobs;
    const undone = await bench.undo();
    expect([undone.result, keysOf(bench)], story(undone)).toEqual([3, LATER]);
    expect(story(undone)).toContain('its copy is kept');
    const again = await bench.undo({ job: job?.id ?? '' });
    expect([again.result, keysOf(bench)], story(again)).toEqual([0, LATER]);
  });

  it('and not marked either, is told loudly, with undo as the only way', async () => {
    const bench = await backedUp('users');
    const ran = await bench.restore(YES, fullFrom('load begin', 'marks too'));
    expect([ran.result, keysOf(bench)], story(ran)).toEqual([1, LATER]);
    expect(story(ran)).toMatch(
      /NOTHING ON THE DISK SAYS THAT users IS PUT BACK: never resume job (\S+), which would load the backup again.*alternator-backup undo \1/,
    );
    const undone = await bench.undo();
    expect([undone.result, keysOf(bench)], story(undone)).toEqual([0, LATER]);
  });
});

describe('A job of which all is written down but its end', () => {
  it('is closed by resume also where a table of it was put back, and that leaves the table alone', async () => {
    const bench = await backedUp('users');
    const failing = { refresh: failsOnce(bench) };
    const ran = await bench.restore(YES, { ...noEnd, engine: failing });
    expect([ran.result, keysOf(bench)], story(ran)).toEqual([1, LATER]);
    expect(story(ran)).toMatch(/alternator-backup resume \S+ closes it when there is room/);
    bench.engine.put('users', 'since', 1);
    const resumed = await bench.resume();
    expect([resumed.result, keysOf(bench)], story(resumed)).toEqual([0, [...LATER, 'since']]);
    expect(await statesOf(bench)).toEqual([['undone', true]]);
  });
});

describe('A journal that cannot take the beginning of a change', () => {
  it.each([
    [true, 'remove begin'],
    [false, 'truncate begin'],
  ] as const)('(recreate: %s) of %s leaves the table untouched: status 5', async (recreate, from) => {
    const bench = await backedUp('users');
    const ran = await bench.restore({ ...YES, recreate }, fullFrom(from));
    expect([ran.result, keysOf(bench)], story(ran)).toEqual([5, LATER]);
    expect(story(ran)).not.toContain('may come yet');
    expect(
      bench.engine.calls.filter((call) => ['deleteTable', 'truncate', 'refresh'].includes(call)),
    ).toEqual([]);
    expect((await bench.backup({ tables: ['users'] })).result).toBe(0);
  });

  it('at all: undo of a job that did not touch its table says so, status 5', async () => {
    const bench = await cutAt(
      'stage end',
      () => backedUp('users'),
      (each, change) => each.restore(YES, change),
    );
    const undone = await bench.undo(
      {},
      { journals: (journals) => ({ ...journals, write: () => Promise.reject(full()) }) },
    );
    expect([undone.result, keysOf(bench)], story(undone)).toEqual([5, LATER]);
    expect(story(undone)).toContain('The table was not touched.');
  });

  it('keeps the reason of a failure before it', async () => {
    const bench = await backedUp('users');
    const ran = await bench.restore(YES, {
      engine: { snapshot: () => Promise.reject(new KnownError('program', 'nodetool snapshot: busy')) },
      ...fullFrom('safety copy end'),
      journals: (journals) => {
        let isFull = false;
        return {
          ...journals,
          write: async (job, event) => {
            if (isFull) throw full();
            await journals.write(job, event);
            isFull = event?.step === 'safety copy';
          },
        };
      },
    });
    expect([ran.result, keysOf(bench)], story(ran)).toEqual([5, LATER]);
    expect(story(ran)).toContain('ERROR - No safety copy of the present table');
  });
});

describe('Resume of a table whose data is loaded', () => {
  it.each(['load end', 'read back end', 'tidy end'])(
    '(cut off at %s) takes nothing away where the journal cannot be written: status 5, and 0 when there is room',
    async (cut) => {
      const bench = await cutAt(
        cut,
        () => backedUp('users'),
        (each, change) => each.restore(YES, change),
      );
      const ran = await bench.resume({}, never);
      expect([ran.result, keysOf(bench)], story(ran)).toEqual([5, SAVED]);
      expect(story(ran)).toMatch(/State: The table is as job \S+ left it/);
      const resumed = await bench.resume();
      expect([resumed.result, keysOf(bench)], story(resumed)).toEqual([0, SAVED]);
    },
  );
});

describe('Resume of a job of which only its end is missing', () => {
  const ended = () =>
    cutAt(
      'tidy end',
      () => backedUp('users'),
      (each, change) => each.restore(YES, change),
    );
  const summaryOf = ({ events }: { readonly events: readonly { readonly type: string }[] }) =>
    JSON.stringify(events.filter(({ type }) => type === 'summary'));

  it('gives scripts the exit status that it ends with', async () => {
    const bench = await ended();
    await bench.resume({}, noEnd);
    const ran = await bench.resume({}, never);
    expect(ran.result, story(ran)).toBe(3);
    expect(summaryOf(ran)).toContain('"exitCode":3');
  });

  it('ends with the status of a signal', async () => {
    const bench = await ended();
    await bench.resume({}, noEnd);
    const ran = await bench.resume(
      {},
      {
        journals: (journals) => ({
          ...journals,
          write: async (job, event) => {
            await journals.write(job, event);
            bench.stop.abort(new KnownError('interrupted', 'Interrupted (SIGINT)'));
          },
        }),
      },
    );
    expect(ran.result, story(ran)).toBe(130);
    expect(summaryOf(ran)).toContain('"exitCode":130');
  });
});
