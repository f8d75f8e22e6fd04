import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { backedUp, cutAt, keysOf, LATER, SAVED, story } from '../../support/cut-at.js';
import type { Ran, Workbench } from '../../support/workbench.js';

const batch = ['aaa1', 'bbb2', 'ccc3'];
const three = () => backedUp(...batch);
const done = (ran: Ran) => {
  expect(ran.result, story(ran)).toBe(0);
};
const removeRecordOf = async (bench: Workbench, table: string) => {
  const job = (await bench.journals.list()).jobs.at(-1)?.id ?? '';
  await rm(join(bench.root, 'work', 'safety', job, table, 'record.json'));
};

describe('One damaged safety copy', () => {
  it('keeps undo from its own table only', async () => {
    const bench = await three();
    done(await bench.restore({ tables: batch, yes: true }));
    await removeRecordOf(bench, 'bbb2');
    const undone = await bench.undo();
    expect(undone.result, story(undone)).toBe(1);
    expect(story(undone)).toMatch(/bbb2\S* cannot be used/);
    expect(batch.map((table) => keysOf(bench, table))).toEqual([LATER, SAVED, LATER]);
  });

  it('keeps resume from its own table only', async () => {
    const bench = await cutAt(
      'place end',
      three,
      (each, change) => each.restore({ tables: batch, yes: true, offline: true }, change),
      2,
    );
    await removeRecordOf(bench, 'bbb2');
    const resumed = await bench.resume();
    expect(resumed.result, story(resumed)).toBe(1);
    expect(story(resumed)).toMatch(/bbb2\S* cannot be used/);
    expect(keysOf(bench, 'aaa1')).toEqual(SAVED);
    expect(keysOf(bench, 'ccc3')).toEqual(SAVED);
  });
});

describe('A table that a job made and somebody deleted since', () => {
  const AS = { tables: ['users'], as: 'chk', yes: true };
  const checkedAndGone = async () => {
    const bench = await backedUp('users');
    done(await bench.restore({ tables: ['users'], yes: true }));
    done(await bench.restore(AS));
    await bench.engine.deleteTable(parseTableName('chk'));
    return bench;
  };

  it('is as before: undo says so, and comes to the older job the next time', async () => {
    const bench = await checkedAndGone();
    const dry = await bench.undo({ dryRun: true });
    expect(dry.said()).toMatch(/Table chk, which job \S+ made, is not there any more/);
    const first = await bench.undo();
    done(first);
    expect(first.said()).toMatch(/✅ Table 'chk' is as it was before job/);
    expect(keysOf(bench)).toEqual(SAVED);
    done(await bench.undo());
    expect(keysOf(bench)).toEqual(LATER);
  });

  it('is nothing to take back once a later job made one of that name', async () => {
    const bench = await checkedAndGone();
    done(await bench.restore(AS));
    const { jobs } = await bench.journals.list();
    expect(jobs.map(({ tables }) => tables[0]?.state)).toEqual(['done', 'undone', 'done']);
    const undone = await bench.undo({ job: jobs[1]?.id ?? '' });
    expect(undone.result, story(undone)).toMatchObject({ kind: 'refused' });
  });

  it('does not keep its journal for ever: beyond the newest fifty they go', async () => {
    const bench = await checkedAndGone();
    const folder = join(bench.root, 'work', 'jobs');
    const newest = (await bench.journals.list()).jobs.at(-1)?.id ?? '';
    const text = await readFile(join(folder, `${newest}.json`), 'utf8');
    for (let index = 10; index < 64; index += 1)
      await writeFile(join(folder, `copy${index}.json`), text.replaceAll(newest, `copy${index}`));
    done(await bench.restore(AS));
    const left = await readdir(folder);
    expect(left).toHaveLength(52);
  });
});
