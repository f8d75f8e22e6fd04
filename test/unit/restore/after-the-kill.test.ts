import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { parseTableName } from '../../../src/model/table-name.js';
import { cutOff } from '../../support/cut-off-run.js';
import { simpleTable } from '../../support/memory-schema.js';
import { workbench, type Change, type Ran, type Workbench } from '../../support/workbench.js';

const users = parseTableName('users');
const SAVED = ['k0', 'k1', 'k2'];
const LATER = [...SAVED, 'later'];

type Run = (bench: Workbench, change: Change) => Promise<Ran>;
const restore =
  (flags: Parameters<Workbench['restore']>[0] = {}): Run =>
  (bench, change) =>
    bench.restore({ tables: ['users'], yes: true, ...flags }, change);

async function backedUp(flags: Parameters<Workbench['backup']>[0] = {}): Promise<Workbench> {
  const bench = await workbench();
  await bench.fill('users', 3);
  expect((await bench.backup({ tables: ['users'], ...flags })).result).toBe(0);
  bench.engine.put('users', 'later', 1);
  return bench;
}

/** Dead just after the first writing of that name. */
async function cutAt(what: string, run: Run, make: () => Promise<Workbench> = backedUp): Promise<Workbench> {
  const probe = await make();
  const { writings } = await cutOff(probe, undefined, (change) => run(probe, change));
  const writing = writings.indexOf(what) + 1;
  expect(writing, writings.join(', ')).toBeGreaterThan(0);
  const bench = await make();
  await cutOff(bench, { writing, side: 'after' }, (change) => run(bench, change));
  return bench;
}

const keys = (bench: Workbench) => [...bench.engine.items('users').keys()].sort();
const story = ({ result, log, said }: Ran) => [String(result), ...log(), said()].join('\n');
const stateOf = async (bench: Workbench) =>
  (await bench.journals.list()).jobs.map(({ tables, finishedAt }) => [tables[0]?.state, finishedAt !== null]);
/** What is in the copy that a warning names, of the memory engine's own files. */
async function asideOf(bench: Workbench): Promise<readonly string[]> {
  const folder = join(bench.root, 'work', 'set-aside');
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith('record.json'));
}

describe('A table that was written to after its restore was killed, undone,', () => {
  it('leaves a copy of what was written, and a warning that names it', async () => {
    const bench = await cutAt('load end', restore());
    bench.engine.put('users', 'since', 1);
    const undone = await bench.undo();
    expect(undone.result, story(undone)).toBe(3);
    expect(keys(bench)).toEqual(LATER);
    expect(await asideOf(bench)).toHaveLength(1);
    expect(story(undone)).toMatch(
      /users may have been written to after job \S+ was cut off, and goes back to what it was before\. A copy .*set-aside/,
    );
  });

  it('is copied before it is deleted, too', async () => {
    const bench = await cutAt('load end', restore({ recreate: true }));
    bench.engine.put('users', 'since', 1);
    const undone = await bench.undo();
    expect(undone.result, story(undone)).toBe(3);
    expect([keys(bench), (await asideOf(bench)).length]).toEqual([LATER, 1]);
  });

  it('leaves none where nobody wrote', async () => {
    const bench = await cutAt('load end', restore());
    const undone = await bench.undo();
    expect([undone.result, await asideOf(bench)], story(undone)).toEqual([0, []]);
    expect(await readdir(join(bench.root, 'work', 'safety')).catch(() => [])).toEqual([]);
  });
});

describe('A table whose data was proven before the run died', () => {
  it.each(['settings begin', 'compare end', 'tidy begin'])(
    'stays as people have changed it since, when resume goes on from %s',
    async (moment) => {
      const make = () => backedUp({ checksum: true });
      const bench = await cutAt(moment, restore({ check: 'full' }), make);
      bench.engine.put('users', 'k0', 'updated since');
      const resumed = await bench.resume();
      // The checksums of its indexes may be doubted; nothing is taken away.
      expect([0, 3], story(resumed)).toContain(resumed.result);
      expect(keys(bench)).toEqual(SAVED);
      expect(bench.engine.items('users').get('k0')).toBe('updated since');
    },
  );

  it('stays empty when people have emptied it since', async () => {
    const bench = await cutAt('settings begin', restore());
    await bench.engine.truncate(await bench.engine.untilReady(users));
    const resumed = await bench.resume();
    expect([resumed.result, keys(bench)], story(resumed)).toEqual([0, []]);
  });

  it('is doubted, and not taken away, where it was loaded and not judged yet', async () => {
    const bench = await cutAt('load end', restore());
    await bench.engine.truncate(await bench.engine.untilReady(users));
    bench.engine.put('users', 'since', 1);
    const empty: Change = { engine: { sample: () => Promise.resolve({ items: 0, complete: true }) } };
    const resumed = await bench.resume({}, empty);
    expect([resumed.result, keys(bench)], story(resumed)).toEqual([3, ['since']]);
    expect(story(resumed)).toContain('the table as it was before the restore is kept');
  });
});

describe('A table that was put back before the run died', () => {
  it('is not put back once more over what was written since', async () => {
    const bench = await cutAt('load end', restore());
    const trial = await cutAt('load end', restore());
    const { writings } = await cutOff(trial, undefined, (change) => trial.undo({}, change));
    const writing = writings.indexOf('roll back end') + 1;
    await cutOff(bench, { writing, side: 'after' }, (change) => bench.undo({}, change));
    bench.engine.put('users', 'since', 1);
    await bench.resume();
    expect(keys(bench)).toEqual([...LATER, 'since']);
    await bench.undo();
    expect(keys(bench)).toEqual([...LATER, 'since']);
  });
});

describe('A table that was still whole when the run died', () => {
  it('is copied once more before resume deletes it, so that undo has what was written since', async () => {
    const bench = await cutAt('remove begin', restore({ recreate: true }));
    bench.engine.put('users', 'since', 1);
    const resumed = await bench.resume();
    expect([resumed.result, keys(bench)], story(resumed)).toEqual([0, SAVED]);
    const undone = await bench.undo();
    expect([undone.result, keys(bench)], story(undone)).toEqual([0, [...LATER, 'since']]);
  });

  it('is copied once more before resume empties it: where nobody can tell whether it was emptied, aside', async () => {
    const bench = await cutAt('truncate begin', restore());
    bench.engine.put('users', 'since', 1);
    const resumed = await bench.resume();
    expect([resumed.result, keys(bench)], story(resumed)).toEqual([3, SAVED]);
    expect(await asideOf(bench)).toHaveLength(1);
    const undone = await bench.undo();
    expect([undone.result, keys(bench)], story(undone)).toEqual([0, LATER]);
  });

  it('without a copy is deleted all the same when resume makes it anew', async () => {
    const bench = await cutAt('remove begin', restore({ recreate: true, safetyCopy: false }));
    const resumed = await bench.resume();
    expect([0, 3], story(resumed)).toContain(resumed.result);
    expect(keys(bench)).toEqual(SAVED);
  });
});

describe('A table that somebody made where a restore by CQL died', () => {
  it.each(['create begin', 'remove begin'])('is not dropped with its keyspace at %s', async (moment) => {
    const bench = await cutAt(moment, restore({ schema: 'cql' }));
    const present = await bench.engine.describe(users);
    if (present.kind === 'table') await bench.engine.deleteTable(users);
    await bench.engine.createTable(simpleTable('users'));
    bench.engine.put('users', 'precious', 1);
    const resumed = await bench.resume();
    expect(resumed.result, story(resumed)).not.toBe(0);
    expect(keys(bench)).toEqual(['precious']);
  });
});

describe('A file of somebody that waits in upload/ under a name of ours', () => {
  it('is neither removed nor loaded by resume', async () => {
    const bench = await cutAt('truncate end', restore());
    const staged = (await bench.journals.list()).jobs[0]?.tables[0]?.staged ?? '';
    const name = (await readdir(staged)).find((each) => each.endsWith('Data.db')) ?? '';
    const { path } = await bench.engine.tableDirectory(await bench.engine.untilReady(users));
    const upload = join(path, 'upload');
    await mkdir(upload, { recursive: true });
    await writeFile(join(upload, name), 'the only one of somebody');
    const resumed = await bench.resume();
    expect(resumed.result, story(resumed)).not.toBe(0);
    expect(story(resumed)).toContain(`${upload} is not empty: ${name}`);
    expect(await readdir(upload)).toContain(name);
  });
});

describe('A putting back that is doubtful', () => {
  it('of a job that was cut off is a warning: status 3', async () => {
    const bench = await cutAt('load end', restore());
    const undone = await bench.undo(
      {},
      { engine: { sample: () => Promise.resolve({ items: 1, complete: true }) } },
    );
    expect(undone.result, story(undone)).toBe(3);
    expect(story(undone)).toMatch(/WARNING - .*but 1 items can be read.*Its copy is kept in/);
  });
});

describe('A journal that cannot be written any more', () => {
  const brokenFrom = (step: string): Change => ({
    journals: (journals) => {
      let isFull = false;
      return {
        ...journals,
        write: async (job, event) => {
          isFull ||= event?.step === step && event.at === 'begin';
          if (isFull) throw new KnownError('files', 'ENOSPC: no space left on device');
          await journals.write(job, event);
        },
      };
    },
  });

  it('from the load on leaves the copy, so that undo puts all in order when there is room', async () => {
    const bench = await backedUp();
    const failed = await restore()(bench, brokenFrom('load'));
    expect([failed.result, keys(bench)], story(failed)).toEqual([1, LATER]);
    expect(story(failed)).toMatch(/its copy stays in .*alternator-backup undo \S+ puts it in order/);
    const undone = await bench.undo();
    expect([undone.result, keys(bench)], story(undone)).toEqual([0, LATER]);
    expect(await stateOf(bench)).toEqual([['undone', true]]);
    const again = await restore()(bench, {});
    expect([again.result, keys(bench)], story(again)).toEqual([0, SAVED]);
  });

  it('when the table is done is a warning, and resume closes the job', async () => {
    const bench = await backedUp();
    const ran = await restore()(bench, brokenFrom('tidy'));
    expect([ran.result, keys(bench)], story(ran)).toEqual([3, SAVED]);
    const resumed = await bench.resume();
    expect([resumed.result, keys(bench)], story(resumed)).toEqual([0, SAVED]);
    expect(await stateOf(bench)).toEqual([['done', true]]);
  });

  it('at the very end is a warning, with a summary and a line of history as ever', async () => {
    const bench = await backedUp();
    const ran = await restore()(bench, {
      journals: (journals) => ({
        ...journals,
        write: async (job, event) => {
          if (job.finishedAt !== null) throw new KnownError('files', 'ENOSPC: no space left on device');
          await journals.write(job, event);
        },
      }),
    });
    expect([ran.result, keys(bench)], story(ran)).toEqual([3, SAVED]);
    expect(story(ran)).toMatch(/alternator-backup resume \S+ closes it when there is room/);
    expect(ran.events.some(({ type }) => type === 'summary')).toBe(true);
  });
});
