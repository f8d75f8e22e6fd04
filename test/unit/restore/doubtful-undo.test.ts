import { describe, expect, it } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { backedUp, cutAt, keysOf, LATER, SAVED, story } from '../../support/cut-at.js';
import { simpleTable } from '../../support/memory-schema.js';
import type { Change, Ran, Workbench } from '../../support/workbench.js';

const users = parseTableName('users');
const one = () => backedUp('users');
const done = (ran: Ran): void => {
  expect(ran.result, story(ran)).toBe(0);
};
const emptied = async (bench: Workbench): Promise<void> =>
  bench.engine.truncate(await bench.engine.untilReady(users));
const newest = async (bench: Workbench) => (await bench.journals.list()).jobs.at(-1);
const oneItem: Change = { engine: { sample: () => Promise.resolve({ items: 1, complete: true }) } };

describe('Undo of a restore without a safety copy that was cut off', () => {
  const withoutCopy = (flags: object = {}) => ({ tables: ['users'], yes: true, safetyCopy: false, ...flags });
  const cutAtTruncation = () =>
    cutAt('truncate begin', one, (bench, change) => bench.restore(withoutCopy(), change));

  it('says that the table is whole as far as can be seen, and may go yet: status 3', async () => {
    const bench = await cutAtTruncation();
    const undone = await bench.undo();
    expect(undone.result, story(undone)).toBe(3);
    expect(story(undone)).toMatch(
      /WARNING - The table 'users' that was there before still is\. Its truncation was asked for, and nobody knows .*: 4 items can be read, as many as before; no copy of it was kept/,
    );
    expect(undone.said()).not.toContain('✅');
    expect(keysOf(bench)).toEqual(LATER);
    expect(await newest(bench)).toMatchObject({ tables: [{ state: 'undone' }] });
    // It is in use again.
    done(await bench.backup({ tables: ['users'] }));
  });

  it('says how many items are missing', async () => {
    const bench = await cutAtTruncation();
    const undone = await bench.undo({}, oneItem);
    expect(undone.result, story(undone)).toBe(3);
    expect(story(undone)).toContain('1 items can be read, 4 items could before');
  });

  it('says that it was emptied where it was, and what brings the backup: status 8', async () => {
    const bench = await cutAtTruncation();
    await emptied(bench);
    const undone = await bench.undo();
    expect(undone.result, story(undone)).toBe(8);
    expect(story(undone)).toMatch(
      /no item can be read, though 4 items could before .*no copy of it was kept/,
    );
    expect(story(undone)).toMatch(/alternator-backup resume \S+ restores the backup/);
    done(await bench.resume());
    expect(keysOf(bench)).toEqual(SAVED);
  });

  it('says that it was emptied where that is known: status 8', async () => {
    const bench = await cutAt('truncate end', one, (each, change) => each.restore(withoutCopy(), change));
    expect((await bench.undo()).result).toBe(8);
  });

  it('says that a table whose removal was asked for may go yet: status 3', async () => {
    const bench = await cutAt('remove begin', one, (each, change) =>
      each.restore(withoutCopy({ recreate: true }), change),
    );
    const undone = await bench.undo();
    expect([undone.result, keysOf(bench)], story(undone)).toEqual([3, LATER]);
    expect(story(undone)).toContain('Its removal was asked for, and may come yet: no copy of it was kept');
  });
});

describe('The last line of undo', () => {
  it('is no ✅ beside a warning that the putting back is doubtful', async () => {
    const bench = await cutAt('load end', one, (each, change) =>
      each.restore({ tables: ['users'], yes: true }, change),
    );
    const undone = await bench.undo({}, oneItem);
    expect(undone.result, story(undone)).toBe(3);
    expect(undone.said()).not.toContain('✅');
    expect(undone.said()).toMatch(
      /⚠️ {2}Table 'users' is there, but whether it is as before job \S+ is in doubt/,
    );
  });

  it('is none either where the undo of a finished restore is doubtful', async () => {
    const bench = await one();
    done(await bench.restore({ tables: ['users'], yes: true }));
    let samples = 0;
    const fewer: Change = {
      engine: {
        sample: async (name, sampling) => {
          samples += 1;
          return samples === 1 ? bench.engine.sample(name, sampling) : { items: 1, complete: true };
        },
      },
    };
    const undone = await bench.undo({}, fewer);
    expect(undone.result, story(undone)).toBe(3);
    expect(undone.said()).not.toContain('✅');
  });

  it('is ✅ where all is as before', async () => {
    const bench = await one();
    done(await bench.restore({ tables: ['users'], yes: true }));
    const undone = await bench.undo();
    done(undone);
    expect(undone.said()).toMatch(/✅ Table 'users' is as it was before job/);
  });
});

describe('A table that goes after it was put back, since its removal came late,', () => {
  const late = async () => {
    const bench = await cutAt('remove begin', one, (each, change) =>
      each.restore({ tables: ['users'], yes: true, recreate: true }, change),
    );
    const undone = await bench.undo();
    expect(undone.result, story(undone)).toBe(3);
    expect(story(undone)).toMatch(/may come yet: its copy is kept in .*alternator-backup undo \S+ loads it/);
    await bench.engine.deleteTable(users);
    return { bench, id: (await newest(bench))?.id ?? '' };
  };

  it('comes back by the command that the warning has named, once', async () => {
    const { bench, id } = await late();
    const again = await bench.undo({ job: id });
    done(again);
    expect(keysOf(bench)).toEqual(LATER);
    expect((await bench.undo({ job: id })).result).toMatchObject({ kind: 'refused' });
  });

  it('is not what undo without a name is about', async () => {
    const { bench } = await late();
    expect((await bench.undo()).result).toMatchObject({ message: 'No restore can be taken back' });
    const list = await bench.undo({ list: true });
    expect(list.said()).toMatch(/put back with a doubt: undo \S+ loads the copy once more/);
  });
});

describe('A table that somebody made where a job had made one', () => {
  it('stays, and undo names the job before', async () => {
    const bench = await one();
    done(await bench.restore({ tables: ['users'], yes: true }));
    const older = (await newest(bench))?.id ?? '';
    done(await bench.restore({ tables: ['users'], as: 'chk', yes: true }));
    const chk = parseTableName('chk');
    await bench.engine.deleteTable(chk);
    await bench.engine.createTable(simpleTable('chk'));
    bench.engine.put('chk', 'precious', 1);
    const undone = await bench.undo();
    expect(undone.result, story(undone)).toBe(5);
    expect(story(undone)).toContain(`alternator-backup undo ${older} takes back the job before this one`);
    expect(keysOf(bench, 'chk')).toEqual(['precious']);
    done(await bench.undo({ job: older }));
    expect([keysOf(bench), keysOf(bench, 'chk')]).toEqual([LATER, ['precious']]);
  });
});
