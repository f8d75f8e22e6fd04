import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { KnownError } from '../../../src/errors.js';
import type { TableRecord } from '../../../src/model/table-record.js';
import { backedUp, cutAt, keysOf, LATER, story } from '../../support/cut-at.js';
import type { Workbench } from '../../support/workbench.js';

const YES = { tables: ['users'], yes: true };
const copiesOf = async ({ root }: Workbench): Promise<readonly string[]> =>
  (await readdir(join(root, 'work', 'safety'), { recursive: true }).catch(() => [])).filter((name) =>
    name.endsWith('record.json'),
  );
const jobOf = async (bench: Workbench): Promise<string> => (await bench.journals.list()).jobs[0]?.id ?? '';

describe('A removal that the server answers with an error', () => {
  const dropping = (bench: Workbench, isDone: boolean): Partial<Engine> => ({
    execute: async (statement) => {
      if (!statement.startsWith('DROP')) return bench.engine.execute(statement);
      if (isDone) await bench.engine.execute(statement);
      throw new KnownError('database', 'CQL "DROP KEYSPACE": it said no');
    },
  });

  it('and does all the same is taken back: the table is put back from its copy', async () => {
    const bench = await backedUp('users');
    let drops = 0;
    const engine = dropping(bench, true);
    const ran = await bench.restore(
      { ...YES, schema: 'cql' },
      {
        engine: {
          execute: async (statement) => {
            drops += statement.startsWith('DROP') ? 1 : 0;
            return drops > 1 ? bench.engine.execute(statement) : engine.execute?.(statement);
          },
        },
      },
    );
    expect([ran.result, keysOf(bench)], story(ran)).toEqual([1, LATER]);
    expect(story(ran)).toContain('is back, with all its items');
  });

  it('and does not do leaves the table untouched, and no copy', async () => {
    const bench = await backedUp('users');
    const ran = await bench.restore({ ...YES, schema: 'cql' }, { engine: dropping(bench, false) });
    expect([ran.result, keysOf(bench), await copiesOf(bench)], story(ran)).toEqual([5, LATER, []]);
    expect((await bench.journals.list()).jobs[0]?.tables[0]).toMatchObject({
      state: 'failed',
      safetyCopy: null,
    });
  });
});

describe('A truncation that was asked for without an answer', () => {
  const unanswered: Partial<Engine> = {
    truncate: () => Promise.reject(new KnownError('unavailable', 'CQL at node: it did not answer')),
  };
  const DOUBT = /its truncation was asked for without an answer, and may come yet/;

  it('leaves a copy behind that undo loads when it has come after all', async () => {
    const bench = await backedUp('users');
    const record: TableRecord = await bench.engine.untilReady('users' as TableRecord['name']);
    const ran = await bench.restore(YES, { engine: unanswered });
    expect([ran.result, keysOf(bench), (await copiesOf(bench)).length], story(ran)).toEqual([1, LATER, 1]);
    expect(story(ran)).toMatch(DOUBT);
    await bench.engine.truncate(record);
    const undone = await bench.undo({ job: await jobOf(bench) });
    expect([undone.result, keysOf(bench)], story(undone)).toEqual([0, LATER]);
  });

  it('is a doubt as well where a run died in it: undo ends with status 3, and can be asked for again', async () => {
    const bench = await cutAt(
      'truncate begin',
      () => backedUp('users'),
      (each, change) => each.restore(YES, change),
    );
    const ran = await bench.undo();
    expect([ran.result, keysOf(bench), (await copiesOf(bench)).length], story(ran)).toEqual([3, LATER, 1]);
    expect(story(ran)).toMatch(DOUBT);
    await bench.engine.truncate(await bench.engine.untilReady('users' as TableRecord['name']));
    const again = await bench.undo({ job: await jobOf(bench) });
    expect([again.result, keysOf(bench)], story(again)).toEqual([0, LATER]);
    const backup = await bench.backup({ tables: ['users'] });
    expect([backup.result, backup.log().filter((line) => line.includes('WARNING'))]).toEqual([0, []]);
  });

  it('is a doubt as well where it was a putting back that asked: the next one keeps the copy', async () => {
    const bench = await backedUp('users');
    const once = { truncations: 0, loads: 0 };
    const ran = await bench.restore(YES, {
      engine: {
        refresh: async (...args) => {
          once.loads += 1;
          if (once.loads === 1) throw new KnownError('program', 'nodetool failed');
          return bench.engine.refresh(...args);
        },
        truncate: async (record) => {
          once.truncations += 1;
          if (once.truncations > 1) throw new KnownError('unavailable', 'CQL at node: it did not answer');
          return bench.engine.truncate(record);
        },
      },
    });
    expect(ran.result, story(ran)).toBe(8);
    const undone = await bench.undo();
    expect([undone.result, keysOf(bench), (await copiesOf(bench)).length], story(undone)).toEqual([
      3,
      LATER,
      1,
    ]);
    expect(story(undone)).toMatch(DOUBT);
  });

  it('is none when the server refuses it: nothing was touched, and no copy stays', async () => {
    const bench = await backedUp('users');
    const ran = await bench.restore(YES, {
      engine: { truncate: () => Promise.reject(new KnownError('database', 'TRUNCATE: no right')) },
    });
    expect([ran.result, keysOf(bench), await copiesOf(bench)], story(ran)).toEqual([5, LATER, []]);
    expect((await bench.journals.list()).jobs[0]?.tables[0]).toMatchObject({
      state: 'failed',
      safetyCopy: null,
    });
  });
});
