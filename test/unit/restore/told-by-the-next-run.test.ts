import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { backedUp, cutAt, keysOf, LATER, SAVED, story, writingOf } from '../../support/cut-at.js';
import { cutOff } from '../../support/cut-off-run.js';
import type { Change, Ran, Workbench } from '../../support/workbench.js';

const YES = { tables: ['users'], yes: true };
const base = () => backedUp('users');
const restore = (bench: Workbench, change: Change): Promise<Ran> => bench.restore(YES, change);
const jobsOf = async (bench: Workbench) => (await bench.journals.list()).jobs;

/** Of a backup whose folder has no manifest, as the documented scripts make it. */
async function documented(): Promise<Workbench> {
  const bench = await base();
  for (const name of ['manifest.json', 'README.txt'])
    await rm(join(bench.backups, 'users', name), { force: true });
  return bench;
}

describe('Resume', () => {
  it('tells the doubt about the items that the dead run has found, and keeps status 3', async () => {
    const few: Change = { engine: { sample: () => Promise.resolve({ items: 1, complete: true }) } };
    const trial = await base();
    const { ran: whole, writings } = await cutOff(
      trial,
      undefined,
      (change) => trial.restore(YES, change),
      few,
    );
    expect(whole.result, story(whole)).toBe(3);
    const bench = await base();
    const moment = { writing: writingOf('read back end', writings), side: 'after' } as const;
    await cutOff(bench, moment, (change) => bench.restore(YES, change), few);
    const resumed = await bench.resume({}, few);
    expect([resumed.result, keysOf(bench)], story(resumed)).toEqual([3, SAVED]);
    expect(story(resumed)).toMatch(/WARNING - users: .*found by the run that was cut off/);
    expect(story(resumed)).toContain('the table as it was before the restore is kept in');
  });

  it.each(['resume', 'undo'] as const)(
    'or undo (here %s) that is interrupted while the database starts ends with 130, and does not call it down',
    async (command) => {
      const bench = await cutAt('stop service end', base, (each, change) =>
        each.restore({ ...YES, offline: true }, change),
      );
      const wish = new KnownError('interrupted', 'Interrupted (SIGINT)');
      const ran = await bench[command](
        {},
        {
          engine: {
            untilServing: (service) => {
              if (!service) return bench.engine.untilServing();
              bench.stop.abort(wish);
              return Promise.reject(wish);
            },
          },
        },
      );
      expect(ran.result, story(ran)).toBe(wish);
      expect(story(ran)).not.toContain('NOT RUNNING');
      expect((await jobsOf(bench))[0]?.tables[0]?.state).toBe('working');
    },
  );

  it('that finds its source damaged does not say of a table in the middle that it was not touched', async () => {
    const undone = async () => {
      const bench = await base();
      await bench.restore(YES);
      return bench;
    };
    const bench = await cutAt('truncate end', undone, (each, change) => each.undo({}, change));
    const source = (await jobsOf(bench)).at(-1)?.tables[0]?.source;
    const directory = source?.kind === 'copy' ? source.directory : '';
    const data = (await readdir(directory)).find((name) => name.endsWith('Data.db')) ?? '';
    await rm(join(directory, data));
    await writeFile(join(directory, data), 'garbage');
    const ran = await bench.resume();
    expect([ran.result, keysOf(bench)], story(ran)).toEqual([1, SAVED]);
    expect(story(ran)).toContain('is damaged');
    expect(story(ran)).not.toContain('not touched');
  });

  it('of an older journal that did not note which archive it was says that, and nothing else', async () => {
    const bench = await cutAt('create end', documented, restore);
    const [job] = await jobsOf(bench);
    const older = JSON.stringify(job, (key, value: unknown) =>
      ['archive', 'itemsBefore', 'doubt', 'wentBack'].includes(key) ? undefined : value,
    );
    await writeFile(join(bench.root, 'work', 'jobs', `${job?.id ?? ''}.json`), older);
    const ran = await bench.resume();
    expect(ran.result, story(ran)).toBe(5);
    expect(story(ran)).toContain('did not note which archive it was');
    expect(story(ran)).not.toContain('another one');
  });
});

describe('Undo of a job that was cut off', () => {
  const busy: Change = {
    engine: { snapshot: () => Promise.reject(new KnownError('program', 'nodetool snapshot: busy')) },
  };

  it('that fails tells where the copy is and what to do by hand, status 8', async () => {
    const bench = await cutAt('load end', base, restore);
    bench.engine.put('users', 'since', 1);
    const ran = await bench.undo({}, busy);
    expect(ran.result, story(ran)).toBe(8);
    expect(story(ran)).toMatch(/State: THE TABLE 'users' IS NOT COMPLETE.*\/safety\//);
    expect(story(ran)).toMatch(/Next: .*undo tries again\. By hand: .*nodetool refresh/);
    expect(story(ran)).not.toContain('not touched');
    expect((await jobsOf(bench))[0]?.tables[0]?.state).toBe('lost');
    const again = await bench.undo();
    expect(again.result, story(again)).toBe(3);
    expect(keysOf(bench)).toEqual(LATER);
  });

  it('that fails for a table that was not there before says that a part of it may be there', async () => {
    const bench = await cutAt('load end', base, (each, change) =>
      each.restore({ ...YES, as: 'copies' }, change),
    );
    bench.engine.put('copies', 'since', 1);
    const ran = await bench.undo({}, busy);
    expect(ran.result, story(ran)).not.toBe(0);
    expect(story(ran)).toContain("State: A table 'copies' may be there");
    expect(story(ran)).not.toContain('not touched');
  });
});
