import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES, KnownError } from '../../../src/errors.js';
import { parseTableName } from '../../../src/model/table-name.js';
import { cutOff } from '../../support/cut-off-run.js';
import { withOption } from '../../support/memory-statements.js';
import { treeHash } from '../../support/tree-hash.js';
import { workbench, type Ran, type Workbench } from '../../support/workbench.js';

const users = parseTableName('users');
const check = parseTableName('users_check');
const YES = { tables: ['users'], yes: true };

/** A table as in its backup, but for one item that came later. */
async function backedUp(): Promise<Workbench> {
  const bench = await workbench();
  await bench.fill('users', 3);
  expect((await bench.backup({ tables: ['users'] })).result).toBe(0);
  bench.engine.put('users', 'later', 'x');
  return bench;
}

const idOf = async (bench: Workbench, table = users) => {
  const described = await bench.engine.describe(table);
  return described.kind === 'table' ? described.record.id : described.kind;
};
const keys = (bench: Workbench, table = 'users') => [...bench.engine.items(table).keys()].sort();
const SAVED = ['k0', 'k1', 'k2'];
const LATER = [...SAVED, 'later'];
const comment = (bench: Workbench, text: string) => {
  bench.engine.change('users', (record) => ({
    ...record,
    statements: record.statements.map((each) => ({
      ...each,
      statement: withOption(each.statement, 'comment', `'${text}'`),
    })),
  }));
};
const copies = async (bench: Workbench): Promise<readonly string[]> => {
  const safety = join(bench.root, 'work', 'safety');
  const runs = await readdir(safety).catch(() => []);
  return Promise.all(runs.sort().map(async (run) => `${run}/${(await readdir(join(safety, run))).join()}`));
};
const story = ({ result, log, said }: Ran) => [String(result), ...log(), said()].join('\n');
const expectDone = (ran: Ran) => {
  expect(ran.result, story(ran)).toBe(0);
};

describe('A table whose schema is the saved one', () => {
  it('is emptied and loaded: its id stays, and nothing is deleted or created', async () => {
    const bench = await backedUp();
    const id = await idOf(bench);
    const calls = bench.engine.calls.length;
    expectDone(await bench.restore(YES));
    expect([await idOf(bench), keys(bench)]).toEqual([id, SAVED]);
    expect(bench.engine.calls.slice(calls)).not.toContain('deleteTable');
    expect(bench.engine.calls.slice(calls)).not.toContain('createTable');
  });

  it('is made anew with --recreate, and where anything of its schema differs', async () => {
    const bench = await backedUp();
    const id = await idOf(bench);
    expectDone(await bench.restore({ ...YES, recreate: true }));
    const second = await idOf(bench);
    expect(second).not.toBe(id);
    comment(bench, 'other');
    expectDone(await bench.restore(YES));
    expect(await idOf(bench)).not.toBe(second);
  });

  it('is not emptied when it is another one by then', async () => {
    const bench = await backedUp();
    let looks = 0;
    const ran = await bench.restore(YES, {
      engine: {
        describe: async (table) => {
          if ((looks += 1) === 2) {
            await bench.engine.deleteTable(users);
            await bench.fill('users', 5);
          }
          return bench.engine.describe(table);
        },
      },
    });
    expect(ran.result, story(ran)).toBe(5);
    expect(bench.engine.items('users').size).toBe(5);
  });
});

describe('undo', () => {
  it('of a reload puts the items back under the same id, and can itself be undone', async () => {
    const bench = await backedUp();
    const id = await idOf(bench);
    expectDone(await bench.restore(YES));
    const undone = await bench.undo();
    expectDone(undone);
    expect(undone.said()).toMatch(/✅ Table 'users' is as it was before job \S+/);
    expect([await idOf(bench), keys(bench)]).toEqual([id, LATER]);
    // Each time it is the undo before that is taken back.
    for (const expected of [SAVED, LATER, SAVED]) {
      expectDone(await bench.undo());
      expect([await idOf(bench), keys(bench)]).toEqual([id, expected]);
    }
  });

  it('of a recreation puts back the schema, too', async () => {
    const bench = await backedUp();
    comment(bench, 'of today');
    const before = (await bench.engine.describe(users)) as { record: { statements: unknown } };
    expectDone(await bench.restore(YES));
    expectDone(await bench.undo());
    expect(keys(bench)).toEqual(LATER);
    expect(await bench.engine.describe(users)).toMatchObject({
      record: { statements: before.record.statements },
    });
  });

  it('of a creation deletes the table, keeps a copy of it, and can be undone', async () => {
    const bench = await backedUp();
    await bench.engine.deleteTable(users);
    expectDone(await bench.restore(YES));
    bench.engine.put('users', 'after', 'y');
    const shown = await bench.undo({ dryRun: true });
    expect(shown.said()).toMatch(/DELETE the table users, which job \S+ made; a copy of it is kept/);
    expect(keys(bench)).toContain('after');
    expectDone(await bench.undo());
    expect(await idOf(bench)).toBe('missing');
    expectDone(await bench.undo());
    expect(keys(bench)).toEqual(['after', ...SAVED]);
  });

  it('of a creation does not delete a table that somebody else has made since', async () => {
    const bench = await backedUp();
    await bench.engine.deleteTable(users);
    expectDone(await bench.restore(YES));
    await bench.engine.deleteTable(users);
    await bench.fill('users', 7);
    const ran = await bench.undo();
    expect(ran.result, story(ran)).toBe(5);
    expect(story(ran)).toContain("the table 'users' is not the one that the job made");
    expect(bench.engine.items('users').size).toBe(7);
  });

  it('of a batch takes back each table of it', async () => {
    const bench = await backedUp();
    await bench.fill('orders', 2);
    await bench.backup({ tables: ['orders'] });
    bench.engine.put('orders', 'later', 1);
    expectDone(await bench.restore({ all: true, yes: true }));
    expect(bench.engine.items('orders').size).toBe(2);
    expectDone(await bench.undo());
    expect([bench.engine.items('orders').size, keys(bench)]).toEqual([3, LATER]);
  });

  it('reads each byte of the copy before it gives up a table for it', async () => {
    const bench = await backedUp();
    expectDone(await bench.restore(YES));
    const { jobs } = await bench.journals.list();
    const copy = jobs[0]?.tables[0]?.safetyCopy ?? '';
    const data = (await readdir(copy)).find((name) => name.endsWith('-Data.db')) ?? '';
    const bytes = await readFile(join(copy, data));
    bytes[2]! ^= 1;
    await rm(join(copy, data));
    await writeFile(join(copy, data), bytes);
    const calls = bench.engine.calls.length;
    const ran = await bench.undo();
    expect(ran.result, story(ran)).not.toBe(0);
    expect(story(ran)).toMatch(/The copy in \S+ is damaged/);
    expect(bench.engine.calls.slice(calls)).not.toContain('truncate');
    expect(keys(bench)).toEqual(SAVED);
  });

  it('without anything to take back is refused, and so is a job that is none', async () => {
    const bench = await backedUp();
    expect((await bench.undo()).result).toMatchObject({
      kind: 'refused',
      message: 'No restore can be taken back',
    });
    expect((await bench.undo({ job: '../../etc/passwd' })).result).toMatchObject({ kind: 'refused' });
    expect((await bench.undo({ job: '20260101T000000-abcdef' })).result).toMatchObject({ kind: 'missing' });
    expect((await bench.resume()).result).toMatchObject({
      kind: 'refused',
      message: 'No restore was cut off',
    });
  });
});

describe('The copy of the table before', () => {
  it('is there after a success; of the third restore back it is gone', async () => {
    const bench = await backedUp();
    const runs: (readonly string[])[] = [];
    for (let round = 0; round < 4; round += 1) {
      expectDone(await bench.restore(YES));
      runs.push(await copies(bench));
    }
    expect(runs.map(({ length }) => length)).toEqual([1, 2, 2, 2]);
    const { jobs } = await bench.journals.list();
    expect(jobs.map(({ tables }) => tables[0]?.safetyCopy !== null)).toEqual([false, false, true, true]);
    expect(await copies(bench)).toEqual(
      jobs
        .slice(2)
        .map(({ id }) => `${id}/users`)
        .sort(),
    );
  });

  it('is not made with --no-safety-copy, which needs --yes and is loud', async () => {
    const bench = await backedUp();
    const before = await treeHash(bench.root);
    const silent = await bench.restore({ tables: ['users'], safetyCopy: false }, { isTerminal: true });
    expect(silent.result).toMatchObject({ kind: 'usage', hint: expect.stringContaining('--yes') as string });
    expect(await treeHash(bench.root)).toBe(before);
    const shown = await bench.restore({ ...YES, dryRun: true, safetyCopy: false });
    expect(shown.said()).toContain('NO COPY of the present table is kept');
    const ran = await bench.restore({ ...YES, safetyCopy: false });
    expect(ran.result, story(ran)).toBe(EXIT_CODES.warnings);
    expect(ran.log()).toContain(
      'WARNING - NO COPY OF THE PRESENT TABLE users IS KEPT: what is in it cannot be put back',
    );
    expect(keys(bench)).toEqual(SAVED);
    expect(await copies(bench)).toEqual([]);
    expect((await bench.undo()).result).toMatchObject({ kind: 'refused' });
  });

  it('that was not made is missed when the restore fails: status 8, and resume tries again', async () => {
    const bench = await backedUp();
    let loads = 0;
    const ran = await bench.restore(
      { ...YES, safetyCopy: false },
      {
        engine: {
          refresh: (record, options) =>
            (loads += 1) === 1
              ? Promise.reject(new KnownError('program', 'no'))
              : bench.engine.refresh(record, options),
        },
      },
    );
    expect(ran.result, story(ran)).toBe(EXIT_CODES.lost);
    expect(story(ran)).toContain('no copy of it was kept (--no-safety-copy)');
    const resumed = await bench.resume();
    expect([0, 3], story(resumed)).toContain(resumed.result);
    expect(keys(bench)).toEqual(SAVED);
  });

  it('goes when a restore fails and is rolled back', async () => {
    const bench = await backedUp();
    let loads = 0;
    const ran = await bench.restore(YES, {
      engine: {
        refresh: (record, options) =>
          (loads += 1) === 1
            ? Promise.reject(new KnownError('program', 'no'))
            : bench.engine.refresh(record, options),
      },
    });
    expect(ran.result, story(ran)).toBe(1);
    expect(keys(bench)).toEqual(LATER);
    expect(await copies(bench)).toEqual([]);
  });
});

describe('restore --as', () => {
  const AS = { ...YES, as: 'users_check' };

  it('makes another table with everything, and leaves the original alone', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    await bench.engine.setTimeToLive(users, 'expires');
    await bench.engine.enableStream(users, 'KEYS_ONLY');
    comment(bench, 'mine');
    await bench.backup({ tables: ['users'] });
    bench.engine.put('users', 'later', 'x');
    const before = await bench.engine.describe(users);
    const ran = await bench.restore(AS);
    expectDone(ran);
    expect(ran.log().filter((line) => line.startsWith('WARNING'))).toEqual([]);
    expect([keys(bench), keys(bench, 'users_check')]).toEqual([LATER, SAVED]);
    expect(await bench.engine.describe(users)).toEqual(before);
    expect(await bench.engine.describe(check)).toMatchObject({
      record: {
        schema: {
          ttl: { AttributeName: 'expires' },
          describe: { StreamSpecification: { StreamViewType: 'KEYS_ONLY' } },
        },
      },
    });
    expectDone(await bench.undo());
    expect([await idOf(bench, check), keys(bench)]).toEqual(['missing', LATER]);
  });

  it('over a table that has that name is refused, and done with --replace', async () => {
    const bench = await backedUp();
    await bench.fill('users_check', 6);
    const refused = await bench.restore(AS);
    expect(refused.result, story(refused)).toBe(5);
    expect(story(refused)).toContain("a table 'users_check' is there; --replace replaces it");
    expect(bench.engine.items('users_check').size).toBe(6);
    expectDone(await bench.restore({ ...AS, replace: true }));
    expect([keys(bench), keys(bench, 'users_check')]).toEqual([LATER, SAVED]);
    expectDone(await bench.undo());
    expect([keys(bench), bench.engine.items('users_check').size]).toEqual([LATER, 6]);
  });

  it.each([{ all: true, tables: [] }, { tables: ['users', 'orders'] }, { tables: ['users'], as: 'a/b' }])(
    'makes no sense with %j',
    async (flags) => {
      const { result } = await (await backedUp()).restore({ ...AS, ...flags });
      expect(result).toMatchObject({ kind: 'usage' });
    },
  );

  it('dead and resumed makes the other table, and leaves the original alone', async () => {
    const bench = await backedUp();
    const run = (change: Parameters<Workbench['restore']>[1]) => bench.restore(AS, change);
    const { wasCut } = await cutOff(bench, { writing: 8, side: 'after' }, run);
    expect(wasCut).toBe(true);
    expectDone(await bench.resume());
    expect([keys(bench), keys(bench, 'users_check')]).toEqual([LATER, SAVED]);
  });
});

describe('A table in the middle of a dead job', () => {
  const refusal =
    /a restore of 'users' was cut off, .*alternator-backup resume (\S+) finishes it, alternator-backup undo \1 takes it back/;

  /** Dead when the step was written down as begun, and nothing of it was done. */
  async function deadAt(step: string): Promise<Workbench> {
    const trial = await backedUp();
    const seen = await cutOff(trial, undefined, (change) => trial.restore(YES, change));
    const writing = seen.writings.indexOf(`${step} begin`) + 1;
    expect(writing).toBeGreaterThan(0);
    const bench = await backedUp();
    await cutOff(bench, { writing, side: 'after' }, (change) => bench.restore(YES, change));
    return bench;
  }

  it('is neither restored nor backed up: exit 5, and both ways out are named', async () => {
    const bench = await deadAt('load');
    const calls = bench.engine.calls.length;
    const stored = await treeHash(join(bench.backups, 'users'));
    const restore = await bench.restore(YES);
    expect(restore.result, story(restore)).toBe(5);
    expect(story(restore)).toMatch(refusal);
    const backup = await bench.backup({ tables: ['users'] });
    const status = backup.result instanceof KnownError ? backup.result.exitCode : backup.result;
    expect(status, story(backup)).toBe(5);
    expect(backup.result instanceof KnownError ? backup.result.message : story(backup)).toMatch(refusal);
    for (const call of ['snapshot', 'truncate', 'deleteTable', 'refresh'])
      expect(bench.engine.calls.slice(calls)).not.toContain(call);
    expect(await treeHash(join(bench.backups, 'users'))).toBe(stored);
  });

  it('does not keep other tables from being backed up and restored', async () => {
    const bench = await deadAt('load');
    await bench.fill('orders', 2);
    expectDone(await bench.backup({ tables: ['orders'] }));
    expectDone(await bench.restore({ tables: ['orders'], yes: true }));
    const all = await bench.backup({ all: true });
    expect(all.result, story(all)).not.toBe(0);
    expectDone(await bench.undo({ job: (await bench.journals.list()).jobs[0]?.id ?? '' }));
    expect(keys(bench)).toEqual(LATER);
  });

  it('that had touched nothing is closed without a word to do: restore and backup go on at once', async () => {
    for (const step of ['stage', 'safety copy']) {
      const bench = await deadAt(step);
      expectDone(await bench.backup({ tables: ['users'] }));
      expectDone(await bench.restore(YES));
      expect(keys(bench)).toEqual(LATER);
      const { jobs } = await bench.journals.list();
      expect(jobs.map(({ tables, finishedAt }) => [tables[0]?.state, finishedAt !== null])).toEqual([
        ['failed', true],
        ['done', true],
      ]);
      expect(await readdir(join(bench.root, 'work', 'staging')).catch(() => [])).toEqual([]);
      expect(await copies(bench)).toHaveLength(1);
    }
  });

  it('is told by undo --list, with what can be done', async () => {
    const bench = await deadAt('load');
    const [job] = (await bench.journals.list()).jobs;
    const list = await bench.undo({ list: true });
    expect(list.result).toBe(0);
    expect(list.said()).toContain(job?.id);
    expect(list.said()).toMatch(/users/);
  });

  it('whose backup is another one by now is not resumed, and can be undone', async () => {
    const bench = await deadAt('load');
    await rm(join(bench.backups, 'users'), { recursive: true });
    const resumed = await bench.resume();
    expect(resumed.result, story(resumed)).not.toBe(0);
    expectDone(await bench.undo());
    expect(keys(bench)).toEqual(LATER);
  });
});
