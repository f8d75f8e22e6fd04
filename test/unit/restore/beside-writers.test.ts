import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { parseTableName } from '../../../src/model/table-name.js';
import { backedUp, cutAt, keysOf, LATER, SAVED, story, writingOf } from '../../support/cut-at.js';
import { cutOff } from '../../support/cut-off-run.js';
import { workbench, type Change, type Workbench } from '../../support/workbench.js';

const users = parseTableName('users');
const setAside = async (bench: Workbench): Promise<readonly string[]> =>
  (await readdir(join(bench.root, 'work', 'set-aside'), { recursive: true }).catch(() => [])).filter((name) =>
    name.endsWith('record.json'),
  );

describe('A full check of a table that somebody writes to', () => {
  const FULL = { tables: ['users'], yes: true, check: 'full' };
  async function withChecksum(): Promise<Workbench> {
    const bench = await workbench();
    await bench.fill('users', 3);
    expect((await bench.backup({ tables: ['users'], checksum: true })).result).toBe(0);
    bench.engine.put('users', 'later', 1);
    return bench;
  }
  /** The server loads, and this happens then. */
  const afterLoad = (bench: Workbench, what: () => void): Change => ({
    engine: {
      refresh: async (record, options) => {
        await bench.engine.refresh(record, options);
        what();
      },
    },
  });

  it('is a doubt when one item was updated once while it was restored: status 3, and nothing is taken away', async () => {
    const bench = await withChecksum();
    const ran = await bench.restore(
      FULL,
      afterLoad(bench, () => {
        bench.engine.put('users', 'k0', 'updated by the application');
      }),
    );
    expect(ran.result, story(ran)).toBe(3);
    expect(bench.engine.items('users').get('k0')).toBe('updated by the application');
    expect(keysOf(bench)).toEqual(SAVED);
    expect(story(ran)).toMatch(/users: 3 items can be read, as many as .*somebody may have written into it/);
    expect(story(ran)).toContain('the table as it was before the restore is kept in');
    expect(
      await readdir(join(bench.root, 'work', 'safety', (await bench.journals.list()).jobs[0]?.id ?? '')),
    ).toEqual(['users']);
  });

  it('is a failure when nobody wrote and the server has loaded another item: it is put back', async () => {
    const bench = await withChecksum();
    const ran = await bench.restore(
      FULL,
      afterLoad(bench, () => {
        // Behind the server's back: there is no file of it.
        (bench.engine.items('users') as Map<string, unknown>).set('k0', 'made up by the server');
      }),
    );
    expect([ran.result, keysOf(bench)], story(ran)).toEqual([1, LATER]);
  });
});

describe('A table that was half made when the run died, and filled by an application since,', () => {
  const gone = async () => {
    const bench = await backedUp('users');
    await bench.engine.deleteTable(users);
    return bench;
  };

  it.each(['resume', 'undo'] as const)(
    'is copied before %s of a restore by CQL deletes it',
    async (command) => {
      const trial = await gone();
      const { writings } = await cutOff(trial, undefined, (change) => madeByCql(trial, change));
      // The note of the new id, in the middle of the step.
      const writing = writingOf('create begin', writings) + 1;
      const bench = await gone();
      await cutOff(bench, { writing, side: 'after' }, (change) => madeByCql(bench, change));
      bench.engine.put('users', 'precious', 1);
      const ran = await bench[command]();
      expect(story(ran)).toMatch(/WARNING - users may have been written to after job \S+ was cut off/);
      expect([(await setAside(bench)).length, ran.result], story(ran)).toEqual([
        1,
        command === 'undo' ? 3 : 1,
      ]);
    },
  );

  it('is copied before undo deletes what the API made', async () => {
    const bench = await cutAt('create end', gone, (each, change) =>
      each.restore({ tables: ['users'], yes: true }, change),
    );
    bench.engine.put('users', 'precious', 1);
    const ran = await bench.undo();
    expect([(await setAside(bench)).length, ran.result], story(ran)).toEqual([1, 3]);
  });

  it('is copied before it is emptied where the load was cut off', async () => {
    const bench = await cutAt(
      'load begin',
      () => backedUp('users'),
      (each, change) => each.restore({ tables: ['users'], yes: true }, change),
    );
    bench.engine.put('users', 'precious', 1);
    const ran = await bench.undo();
    expect([(await setAside(bench)).length, ran.result, keysOf(bench)], story(ran)).toEqual([1, 3, LATER]);
  });

  it('leaves no copy where nobody wrote', async () => {
    const bench = await cutAt('create end', gone, (each, change) =>
      each.restore({ tables: ['users'], yes: true }, change),
    );
    const ran = await bench.undo();
    expect([await setAside(bench), ran.result], story(ran)).toEqual([[], 0]);
  });
});

const madeByCql = (bench: Workbench, change: Change) =>
  bench.restore({ tables: ['users'], yes: true, schema: 'cql' }, change);

describe('Files of somebody that wait in upload/ when a table is put back', () => {
  it('are neither loaded nor emptied out with the rest: undo refuses until they are taken away', async () => {
    const bench = await cutAt(
      'load begin',
      () => backedUp('users'),
      (each, change) => each.restore({ tables: ['users'], yes: true }, change),
    );
    const other = await workbench();
    await other.fill('users', 1);
    other.engine.put('users', 'of somebody', 1);
    const frozen = await other.engine.snapshot(await other.engine.untilReady(users), 'tag');
    const { path } = await bench.engine.tableDirectory(await bench.engine.untilReady(users));
    const upload = join(path, 'upload');
    await mkdir(upload, { recursive: true });
    const names = frozen.files.filter((name) => name.startsWith('me-'));
    for (const name of names) await copyFile(join(frozen.directory, name), join(upload, name));
    const refused = await bench.undo();
    expect(refused.result, story(refused)).toBe(8);
    expect(story(refused)).toContain(`${upload} is not empty: me-`);
    expect(await readdir(upload)).toEqual(expect.arrayContaining(names));
    for (const name of names) await rm(join(upload, name));
    const undone = await bench.undo();
    expect([undone.result, keysOf(bench)], story(undone)).toEqual([0, LATER]);
  });
});

describe('A hint after a database that stays down', () => {
  it('has no double period', async () => {
    const bench = await backedUp('users');
    const ran = await bench.restore(
      { tables: ['users'], yes: true, offline: true },
      {
        service: { isActive: () => Promise.resolve(false) },
        engine: {
          untilServing: () =>
            Promise.reject(
              new KnownError('unavailable', 'it does not serve', { hint: 'Give it more time.' }),
            ),
        },
      },
    );
    expect(ran.result, story(ran)).toBe(8);
    expect(story(ran)).toContain('Give it more time. Then: alternator-backup undo');
  });
});
