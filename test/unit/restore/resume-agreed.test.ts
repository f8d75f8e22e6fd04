import { cp, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { cutOff } from '../../support/cut-off-run.js';
import { backedUp, cutAt, keysOf, LATER, SAVED, story, writingOf } from '../../support/cut-at.js';
import { withOption } from '../../support/memory-statements.js';
import type { Change, Ran, Workbench } from '../../support/workbench.js';

const users = parseTableName('users');
const YES = { tables: ['users'], yes: true };
const base = () => backedUp('users');
const restore = (bench: Workbench, change: Change): Promise<Ran> => bench.restore(YES, change);

describe('A resumed restore replaces only what somebody agreed to', () => {
  it('does not take a table that has come since: exit 5, and a new restore closes the job', async () => {
    const bench = await cutAt('stage end', base, (each, change) =>
      each.restore({ ...YES, as: 'users_check' }, change),
    );
    await bench.fill('users_check', 1);
    bench.engine.put('users_check', 'precious', 1);
    const resumed = await bench.resume();
    expect(resumed.result, story(resumed)).toBe(5);
    expect(story(resumed)).toContain("the table 'users_check' is not as it was when job");
    expect(keysOf(bench, 'users_check')).toEqual(['k0', 'precious']);
    const undone = await bench.undo();
    expect(undone.result, story(undone)).toBe(0);
    expect(keysOf(bench, 'users_check')).toEqual(['k0', 'precious']);
  });

  it('does not drop one without a copy for which --no-safety-copy was not said', async () => {
    const make = async () => {
      const bench = await base();
      await bench.engine.deleteTable(users);
      return bench;
    };
    const bench = await cutAt('stage end', make, (each, change) =>
      each.restore({ ...YES, safetyCopy: false }, change),
    );
    await bench.fill('users', 1);
    bench.engine.put('users', 'precious', 1);
    const resumed = await bench.resume();
    expect(resumed.result, story(resumed)).toBe(5);
    expect(keysOf(bench)).toEqual(['k0', 'precious']);
  });

  it('does not remove one that was only to be emptied, when its schema is another one since', async () => {
    const bench = await cutAt('stage end', base, restore);
    bench.engine.change('users', (record) => ({
      ...record,
      statements: record.statements.map((each) => ({
        ...each,
        statement: withOption(each.statement, 'comment', `'of today'`),
      })),
    }));
    const resumed = await bench.resume();
    expect(resumed.result, story(resumed)).toBe(5);
    expect(keysOf(bench)).toEqual(LATER);
  });

  it('goes on with --no-safety-copy where the table that is to be removed is still there', async () => {
    const bench = await cutAt('remove begin', base, (each, change) =>
      each.restore({ ...YES, recreate: true, safetyCopy: false }, change),
    );
    const resumed = await bench.resume();
    expect([0, 3], story(resumed)).toContain(resumed.result);
    expect(keysOf(bench)).toEqual(SAVED);
  });
});

describe('A folder without a manifest is the same for a resume', () => {
  const withoutManifest = async (items: () => Promise<Workbench>) => {
    const bench = await items();
    for (const name of ['manifest.json', 'README.txt'])
      await rm(join(bench.backups, 'users', name), { force: true });
    return bench;
  };
  const documented = () => withoutManifest(base);

  it('when nobody wrote its archive since', async () => {
    const bench = await cutAt('create end', documented, restore);
    const resumed = await bench.resume();
    expect([0, 3], story(resumed)).toContain(resumed.result);
    expect(keysOf(bench)).toEqual(SAVED);
  });

  it('and another one is not, though it has no manifest either', async () => {
    const bench = await cutAt('create end', documented, restore);
    const other = await withoutManifest(async () => {
      const made = await backedUp('users');
      made.engine.put('users', 'of another store', 1);
      await made.backup({ tables: ['users'] });
      return made;
    });
    await rm(join(bench.backups, 'users'), { recursive: true });
    await cp(join(other.backups, 'users'), join(bench.backups, 'users'), { recursive: true });
    const resumed = await bench.resume();
    expect(resumed.result, story(resumed)).toBe(5);
    expect(story(resumed)).toContain("the backup of 'users' is another one than when the job began");
    expect(keysOf(bench)).toEqual([]);
    const undone = await bench.undo();
    expect(undone.result, story(undone)).toBe(0);
    expect(keysOf(bench)).toEqual(LATER);
  });

  it('nor is one whose archive was written at another time', async () => {
    const bench = await cutAt('create end', documented, restore);
    await utimes(join(bench.backups, 'users', 'users_backup.tar.gz'), 1, 1);
    const resumed = await bench.resume();
    expect(resumed.result, story(resumed)).toBe(5);
  });
});

describe('While somebody is asked', () => {
  const YES_TYPED = { isTerminal: true, answers: ['yes'] };
  /** Another run dies over the same table just after the first look at the journals. */
  const anotherDies = async (bench: Workbench): Promise<Change['journals']> => {
    const trial = await base();
    const { writings } = await cutOff(trial, undefined, (change) => restore(trial, change));
    const writing = writingOf('truncate end', writings);
    let looks = 0;
    return (journals) => ({
      ...journals,
      async list() {
        const listed = await journals.list();
        if ((looks += 1) === 1)
          await cutOff(bench, { writing, side: 'after' }, (change) => restore(bench, change));
        return listed;
      },
    });
  };

  it('another run may be cut off: the restore looks again under the lock, and does nothing', async () => {
    const bench = await base();
    const journals = await anotherDies(bench);
    const ran = await bench.restore({ tables: ['users'] }, { ...YES_TYPED, ...(journals && { journals }) });
    expect(ran.result, story(ran)).toBe(5);
    expect(story(ran)).toMatch(/resume \S+ finishes it/);
    const undone = await bench.undo();
    expect(undone.result, story(undone)).toBe(0);
    expect(keysOf(bench)).toEqual(LATER);
  });

  it.each([{ tables: ['users'] }, { tables: [], all: true }])(
    'so does a backup with %j: the emptied table is not published',
    async (flags) => {
      const bench = await base();
      const journals = await anotherDies(bench);
      const ran = await bench.backup(flags, journals && { journals });
      expect(ran.result, story(ran)).not.toBe(0);
      expect(ran.result instanceof Error ? ran.result.message : story(ran)).toMatch(/resume \S+ finishes it/);
    },
  );
});

describe('A batch that died in its first table', () => {
  const batch = ['aaa1', 'bbb2', 'ccc3'];
  const dead = () =>
    cutAt(
      'load begin',
      () => backedUp(...batch, 'ddd4'),
      (bench, change) => bench.restore({ tables: batch, yes: true }, change),
    );

  it('keeps the tables that it had not come to, whatever else is restored before the resume', async () => {
    const bench = await dead();
    const other = await bench.restore({ tables: ['ddd4'], yes: true });
    expect(other.result, story(other)).toBe(0);
    const resumed = await bench.resume();
    expect(resumed.result, story(resumed)).toBe(0);
    for (const table of batch) expect(keysOf(bench, table), table).toEqual(SAVED);
  });

  it('gives up the one of them that is restored by itself: resume leaves it alone', async () => {
    const bench = await dead();
    const other = await bench.restore({ tables: ['bbb2'], yes: true });
    expect(other.result, story(other)).toBe(0);
    expect(story(other)).toMatch(/was cut off before it came to bbb2/);
    bench.engine.put('bbb2', 'newer', 1);
    const resumed = await bench.resume();
    expect(resumed.result, story(resumed)).toBe(0);
    expect(keysOf(bench, 'bbb2')).toEqual([...SAVED, 'newer']);
    expect(keysOf(bench, 'ccc3')).toEqual(SAVED);
  });
});
