import { copyFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { KnownError } from '../../../src/errors.js';
import { parseTableName } from '../../../src/model/table-name.js';
import { backedUp, cutAt, keysOf, LATER, story } from '../../support/cut-at.js';
import { writeSSTable } from '../../support/memory-table.js';
import { workbench, type Ran, type Workbench } from '../../support/workbench.js';

const YES = { tables: ['users'], yes: true };
const users = parseTableName('users');
const setAside = async (bench: Workbench): Promise<readonly string[]> =>
  (await readdir(join(bench.root, 'work', 'set-aside'), { recursive: true }).catch(() => [])).filter((name) =>
    name.endsWith('record.json'),
  );
const warnings = ({ log }: Ran): readonly string[] => log().filter((line) => line.startsWith('WARNING'));

/** What an application has written comes into a file of its own, be it by a flush of the server's. */
async function writeAndFlush(bench: Workbench): Promise<void> {
  const record = await bench.engine.untilReady(users);
  const { path } = await bench.engine.tableDirectory(record);
  await writeSSTable(path, new Map([['since', 1]]), record.columns);
  (bench.engine.items('users') as Map<string, unknown>).set('since', 1);
}

/** A server that streams makes files of its own of what it loads. */
async function makeOwnFiles(bench: Workbench): Promise<void> {
  const { path } = await bench.engine.tableDirectory(await bench.engine.untilReady(users));
  for (const name of (await readdir(path)).filter((each) => each.startsWith('me-'))) {
    await copyFile(join(path, name), join(path, `new-${name}`));
    await rename(join(path, `new-${name}`), join(path, name));
  }
}

/** The first load does this, then fails where `fails`; those that follow are as always. */
function loading(bench: Workbench, then: () => Promise<void> | void, fails = false): Pick<Engine, 'refresh'> {
  let calls = 0;
  return {
    refresh: async (...args) => {
      calls += 1;
      if (calls > 1 || !fails) await bench.engine.refresh(...args);
      if (calls > 1) return;
      await then();
      if (fails) throw new KnownError('program', 'nodetool failed');
    },
  };
}

/** The first reading after the load finds nothing, so that it is taken back. */
function readsNothing(bench: Workbench): Pick<Engine, 'sample'> {
  let isRead = false;
  return {
    sample: async (name, sampling) => {
      const loaded = keysOf(bench).length > 0 && !keysOf(bench).includes('later');
      if (!loaded || isRead || sampling.most === 1) return bench.engine.sample(name, sampling);
      isRead = true;
      return { items: 0, complete: true };
    },
  };
}

describe('A restore that fails by itself and takes back what it did', () => {
  it('keeps what was written into the table since it was emptied: a copy is set aside, and told', async () => {
    const bench = await backedUp('users');
    const write = () => {
      bench.engine.put('users', 'since', 1);
    };
    const ran = await bench.restore(YES, { engine: loading(bench, write, true) });
    expect([ran.result, keysOf(bench), (await setAside(bench)).length], story(ran)).toEqual([1, LATER, 1]);
    expect(story(ran)).toMatch(/WARNING - users may have been written to while job \S+ restored it/);
  });

  it('keeps what was written into the table that it made', async () => {
    const bench = await backedUp('users');
    await bench.engine.deleteTable(users);
    const write = () => {
      bench.engine.put('users', 'since', 1);
    };
    const ran = await bench.restore(YES, { engine: loading(bench, write, true) });
    expect([ran.result, (await setAside(bench)).length], story(ran)).toEqual([1, 1]);
  });

  it.each([
    ['the load fails', (bench: Workbench) => loading(bench, () => undefined, true)],
    ['nothing can be read of what was loaded', readsNothing],
    [
      'nothing can be read of it, and the server has made files of its own of it',
      (bench: Workbench) => ({ ...readsNothing(bench), ...loading(bench, () => makeOwnFiles(bench)) }),
    ],
    [
      'the load fails when the server has made files of its own of a part',
      (bench: Workbench): Partial<Engine> => ({
        refresh: (() => {
          let calls = 0;
          return async (...args: Parameters<Engine['refresh']>) => {
            calls += 1;
            await bench.engine.refresh(...args);
            if (calls === 1) {
              await makeOwnFiles(bench);
              throw new KnownError('program', 'nodetool failed');
            }
          };
        })(),
      }),
    ],
  ])('leaves nothing and warns of nothing where nobody wrote: %s', async (_, broken) => {
    for (const recreate of [false, true]) {
      const bench = await backedUp('users');
      const ran = await bench.restore({ ...YES, recreate }, { engine: broken(bench) });
      expect([ran.result, keysOf(bench), await setAside(bench)], story(ran)).toEqual([1, LATER, []]);
      expect(warnings(ran)).toEqual([]);
    }
  });

  it('goes back also where no copy of what was written can be made, and says so', async () => {
    const bench = await backedUp('users');
    let snapshots = 0;
    const ran = await bench.restore(YES, {
      engine: {
        ...loading(
          bench,
          () => {
            bench.engine.put('users', 'since', 1);
          },
          true,
        ),
        snapshot: async (...args) => {
          snapshots += 1;
          if (snapshots > 1) throw new KnownError('program', 'nodetool snapshot: busy');
          return bench.engine.snapshot(...args);
        },
      },
    });
    expect([ran.result, keysOf(bench)], story(ran)).toEqual([1, LATER]);
    expect(story(ran)).toContain(
      'WARNING - Whether users was written to while it was restored cannot be told',
    );
  });
});

describe('What was written beside a load of a run that died', () => {
  it('is kept when undo empties the table, though the server flushed it before the load had ended', async () => {
    const bench = await cutAt(
      'load end',
      () => backedUp('users'),
      (each, change) =>
        each.restore(YES, { ...change, engine: { ...change.engine, ...writingWhileLoading(each, change) } }),
    );
    expect(keysOf(bench)).toContain('since');
    const ran = await bench.undo();
    expect([ran.result, keysOf(bench), (await setAside(bench)).length], story(ran)).toEqual([3, LATER, 1]);
  });

  it('is kept when resume loads again, fails and goes back, though it was flushed before that', async () => {
    const bench = await cutAt(
      'load begin',
      () => backedUp('users'),
      (each, change) => each.restore(YES, change),
    );
    await writeAndFlush(bench);
    const ran = await bench.resume({}, { engine: readsNothing(bench) });
    expect([ran.result, keysOf(bench), (await setAside(bench)).length], story(ran)).toEqual([1, LATER, 1]);
  });
});

/** By the calls of a run that may be dead. */
const writingWhileLoading = (bench: Workbench, { engine }: { readonly engine?: Partial<Engine> }) => ({
  refresh: async (...args: Parameters<Engine['refresh']>) => {
    await engine?.refresh?.(...args);
    await writeAndFlush(bench);
  },
});

describe('A full check that cannot look whether somebody wrote', () => {
  it('is a doubt: status 3, and nothing is taken away', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    await bench.backup({ tables: ['users'], checksum: true });
    bench.engine.put('users', 'later', 1);
    let snapshots = 0;
    const ran = await bench.restore(
      { ...YES, check: 'full' },
      {
        engine: {
          ...loading(bench, () => {
            bench.engine.put('users', 'k0', 'updated by the application');
          }),
          snapshot: async (...args) => {
            snapshots += 1;
            if (snapshots === 2) throw new KnownError('program', 'nodetool snapshot: busy');
            return bench.engine.snapshot(...args);
          },
        },
      },
    );
    expect(ran.result, story(ran)).toBe(3);
    expect(bench.engine.items('users').get('k0')).toBe('updated by the application');
    expect(story(ran)).toContain('the table as it was before the restore is kept in');
  });
});
