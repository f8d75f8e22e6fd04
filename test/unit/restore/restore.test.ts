import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { EXIT_CODES, KnownError } from '../../../src/errors.js';
import { parseTableName } from '../../../src/model/table-name.js';
import type { TableRecord } from '../../../src/model/table-record.js';
import { treeHash } from '../../support/tree-hash.js';
import { workbench, type Workbench } from '../../support/workbench.js';

const users = parseTableName('users');
const DESTRUCTIVE = ['deleteTable', 'truncate', 'execute', 'createTable', 'refresh'];

/** A bench with one table, backed up; then its items are changed, so that a restore shows. */
async function backedUp(count = 10): Promise<Workbench> {
  const bench = await workbench();
  await bench.fill('users', count);
  const { result } = await bench.backup({ tables: ['users'] });
  if (result !== 0) throw new Error(`backup gave ${String(result)}`);
  for (let index = 0; index < count; index += 1) bench.engine.put('users', `k${index}`, 'changed');
  bench.engine.put('users', 'newer', 'x');
  return bench;
}

const idOf = async (bench: Workbench) => {
  const described = await bench.engine.describe(users);
  return described.kind === 'table' ? described.record.id : described.kind;
};
const restored = (bench: Workbench) => Object.fromEntries([...bench.engine.items('users')]);
const original = (count = 10) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, { n: index }]));
const changed = (count = 10) => ({
  ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'changed'])),
  newer: 'x',
});
/** Of the work directory; what a job has done stays written down there. */
const leftovers = (bench: Workbench) =>
  execFileSync('find', [bench.root, '-path', '*/work/*', '-type', 'f', '-not', '-path', '*/work/jobs/*'], {
    encoding: 'utf8',
  });
/** The folders of kept copies, by the files in them. */
const copiesKept = (bench: Workbench) =>
  new Set(
    leftovers(bench)
      .split('\n')
      .filter((line) => line !== '')
      .map((file) => dirname(file)),
  );
const snapshotsLeft = (bench: Workbench) =>
  execFileSync('find', [bench.engine.dataDirectory, '-path', '*/snapshots/*'], { encoding: 'utf8' });

describe('A restore', () => {
  it('brings a deleted table back, under a new id, and leaves nothing behind (T-46)', async () => {
    const bench = await backedUp();
    const before = await bench.engine.describe(users);
    await bench.engine.deleteTable(users);
    const { result, said } = await bench.restore({ tables: ['users'], yes: true });
    expect(result).toBe(0);
    expect(said()).toBe("\n✅ Table 'users' restored successfully!\n");
    expect(restored(bench)).toEqual(original());
    const after = await bench.engine.describe(users);
    if (before.kind !== 'table' || after.kind !== 'table') throw new Error('no table');
    expect(after.record.id).not.toBe(before.record.id);
    expect(leftovers(bench)).toBe('');
    expect(snapshotsLeft(bench)).toBe('');
  });

  it.each([false, true])(
    'replaces a table that is there, its later items gone, and keeps a copy of it (--recreate: %s)',
    async (recreate) => {
      const bench = await backedUp();
      const id = await idOf(bench);
      expect((await bench.restore({ tables: ['users'], yes: true, recreate })).result).toBe(0);
      expect(restored(bench)).toEqual(original());
      expect((await idOf(bench)) === id).toBe(!recreate);
      const { jobs } = await bench.journals.list();
      expect(
        jobs.map(({ finishedAt, tables }) => [finishedAt !== null, tables.map(({ state }) => state)]),
      ).toEqual([[true, ['done']]]);
      expect(copiesKept(bench)).toEqual(new Set([jobs[0]?.tables[0]?.safetyCopy]));
      expect(snapshotsLeft(bench)).toBe('');
    },
  );

  it('brings back expiry, stream and tags, and sets expiry after the data', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    await bench.engine.setTimeToLive(users, 'expires');
    await bench.engine.enableStream(users, 'KEYS_ONLY');
    await bench.backup({ tables: ['users'] });
    const calls: string[] = [];
    const spied = (name: string) => {
      calls.push(name);
    };
    const { result } = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          refresh: (record, options) => {
            spied('refresh');
            return bench.engine.refresh(record, options);
          },
          setTimeToLive: (table, attribute) => {
            spied('setTimeToLive');
            return bench.engine.setTimeToLive(table, attribute);
          },
          enableStream: (table, viewType) => {
            spied('enableStream');
            return bench.engine.enableStream(table, viewType);
          },
        },
      },
    );
    expect(result).toBe(0);
    expect(calls).toEqual(['refresh', 'setTimeToLive', 'enableStream']);
    const after = await bench.engine.describe(users);
    expect(after).toMatchObject({
      record: {
        schema: {
          ttl: { AttributeName: 'expires' },
          describe: { StreamSpecification: { StreamViewType: 'KEYS_ONLY' } },
        },
      },
    });
  });

  it('reports what could not be brought back as settings drift (exit 3)', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    await bench.engine.setTimeToLive(users, 'expires');
    await bench.backup({ tables: ['users'] });
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      { engine: { setTimeToLive: async () => undefined } },
    );
    expect(result).toBe(3);
    expect(log()).toContain('WARNING - settings drift: users: time to live expires → none');
  });

  it('restores an older generation by its label', async () => {
    const bench = await backedUp();
    expect((await bench.backup({ tables: ['users'] })).result).toBe(0);
    const [label = ''] = await readdir(join(bench.backups, '@versions', 'users'));
    expect((await bench.restore({ tables: ['users'], from: label, yes: true })).result).toBe(0);
    expect(restored(bench)).toEqual(original());
    const missing = await bench.restore({ tables: ['users'], from: 'users_19990101_full', yes: true });
    expect(missing.result).toBe(1);
    expect(missing.log().join()).toContain('users_19990101_full does not exist');
  });

  it('of several goes on when one fails (R-70 … R-73, T-44)', async () => {
    const bench = await workbench();
    for (const table of ['users', 'orders', 'products']) await bench.fill(table, 4);
    await bench.backup({ all: true });
    const archive = join(bench.backups, 'orders', 'orders_backup.tar.gz');
    const bytes = await readFile(archive);
    bytes[bytes.length - 30]! ^= 4;
    await writeFile(archive, bytes);
    bench.engine.put('orders', 'live', 'untouched');
    const { result, said } = await bench.restore({ all: true, yes: true });
    expect(result).toBe(1);
    expect(said()).toMatch(
      /Successful: 2\n {2}❌ Failed: 1\n {2}📊 Total: 3\n\nFailed tables:\n {2}- orders\n=+\n$/,
    );
    expect(said()).not.toContain('All tables restored');
    expect(bench.engine.items('orders').get('live')).toBe('untouched');
  });

  it('says that all are back when all are (R-72)', async () => {
    const bench = await workbench();
    for (const table of ['users', 'orders']) await bench.fill(table, 4);
    await bench.backup({ all: true });
    const { result, said } = await bench.restore({ all: true, yes: true });
    expect(result).toBe(0);
    expect(said()).toMatch(/={60}\n\nAll tables restored successfully!\n$/);
  });

  it('is judged by the items, not by what nodetool says: an exit status of 0 that loaded nothing is a failure', async () => {
    const bench = await backedUp();
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      {
        engine: {
          // As a real server does with an upload whose TOC.txt is missing: exit 0, files deleted (behaviour.md N377).
          refresh: firstLoad(bench, async (record) => {
            const { path } = await bench.engine.tableDirectory(record);
            await rm(join(path, 'upload'), { recursive: true });
            await mkdir(join(path, 'upload'));
          }),
        },
      },
    );
    expect(result).toBe(1);
    expect(log().join('\n')).toContain('no item can be read, though 10 could while copying');
    expect(log().join('\n')).not.toContain('Restore completed');
    expect(restored(bench)).toEqual(changed());
  });

  it('fails when the server leaves files in upload/', async () => {
    const bench = await backedUp();
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      {
        engine: {
          refresh: firstLoad(bench, async () => undefined),
        },
      },
    );
    expect(result).toBe(1);
    expect(log().join('\n')).toContain('The server left 5 files in upload/');
    expect(restored(bench)).toEqual(changed());
  });

  it('fails when the server could not take rows (behaviour.md E013)', async () => {
    const bench = await backedUp();
    let rows = 0;
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      { engine: { corruptRows: async () => (rows += 7) } },
    );
    expect(result).toBe(EXIT_CODES.lost);
    expect(log().join('\n')).toContain('The server could not take 7 rows');
  });
});

/** The first load of a run goes this way; the rest, such as the putting back, is as ever. */
function firstLoad(bench: Workbench, load: (record: TableRecord) => Promise<void>): Engine['refresh'] {
  let calls = 0;
  return (record, options) => ((calls += 1) === 1 ? load(record) : bench.engine.refresh(record, options));
}

/** Such as CreateTable makes nobody. */
const withColumnOfCql = (record: TableRecord): TableRecord => ({
  ...record,
  columns: [...record.columns, { name: 'age', type: 'decimal', kind: 'regular', position: -1 }],
  statements: record.statements.map((each) => ({
    ...each,
    statement: each.statement.replace('(\n', '(\n    "age" decimal,\n'),
  })),
});

const refuseOnce = (bench: Workbench): Engine['refresh'] => {
  let calls = 0;
  return (...args) =>
    (calls += 1) === 1 ? Promise.reject(new KnownError('database', 'no')) : bench.engine.refresh(...args);
};

describe('What fails after the table is gone is put back (T-50, T-52)', () => {
  const refuse = (message: string) => () => Promise.reject(new KnownError('database', message));

  it.each([
    ['reload', 'tableDirectory'],
    ['reload', 'refresh'],
    ['reload', 'sample'],
    ['recreate', 'createTable'],
    ['recreate', 'untilReady'],
    ['recreate', 'tableDirectory'],
    ['recreate', 'refresh'],
    ['recreate', 'sample'],
  ] as const)('of a %s, when %s fails once', async (way, method) => {
    const bench = await backedUp();
    const id = await idOf(bench);
    let state: 'whole' | 'given up' | 'failed' = 'whole';
    const givingUp =
      <A extends unknown[]>(work: (...args: A) => Promise<void>) =>
      async (...args: A) => {
        await work(...args);
        if (state === 'whole') state = 'given up';
      };
    const real = (...args: never[]) =>
      (bench.engine[method] as (...rest: never[]) => Promise<never>)(...args);
    const once = (...args: never[]) => {
      if (state !== 'given up') return real(...args);
      state = 'failed';
      return Promise.reject(new KnownError('database', `${method} said no`));
    };
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, recreate: way === 'recreate' },
      {
        engine: {
          truncate: givingUp((record: TableRecord) => bench.engine.truncate(record)),
          deleteTable: givingUp((table: typeof users) => bench.engine.deleteTable(table)),
          [method]: once,
        },
      },
    );
    expect(result).toBe(1);
    expect(log().join('\n')).toContain(`${method} said no`);
    expect(log().join('\n')).toContain(
      way === 'reload'
        ? "The table 'users' is as it was before, with all its items"
        : "The table 'users' that was there before is back, with all its items",
    );
    expect((await idOf(bench)) === id).toBe(way === 'reload');
    expect(restored(bench)).toEqual(changed());
    expect(leftovers(bench)).toBe('');
    expect(snapshotsLeft(bench)).toBe('');
  });

  it('a table that was not there before is not there afterwards', async () => {
    const bench = await backedUp();
    await bench.engine.deleteTable(users);
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      { engine: { refresh: refuse('no') } },
    );
    expect(result).toBe(1);
    expect(await bench.engine.describe(users)).toEqual({ kind: 'missing' });
    expect(log().join('\n')).toContain("There is no table 'users', as before.");
  });

  it('a table that came after the plan was agreed to is not touched', async () => {
    const bench = await backedUp();
    await bench.engine.deleteTable(users);
    let looks = 0;
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      {
        engine: {
          describe: async (table) => {
            if ((looks += 1) === 2) await bench.fill('users', 3);
            return bench.engine.describe(table);
          },
        },
      },
    );
    expect(result).toBe(5);
    expect(log().join('\n')).toContain("Table 'users' was created since the restore was planned");
    expect(bench.engine.items('users').size).toBe(3);
    expect(leftovers(bench)).toBe('');
  });

  it('a table that somebody else makes at the moment of the creation is not deleted', async () => {
    const bench = await backedUp();
    await bench.engine.deleteTable(users);
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      {
        engine: {
          createTable: async (creation) => {
            await bench.fill('users', 3);
            return bench.engine.createTable(creation);
          },
        },
      },
    );
    expect(result).toBe(5);
    expect(log().join('\n')).toContain('already exists');
    expect(bench.engine.items('users').size).toBe(3);
  });

  it('a foreign table in the place of the removed one is not deleted: status 8, and the copy is kept', async () => {
    const bench = await backedUp();
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          deleteTable: async (table) => {
            await bench.engine.deleteTable(table);
            await bench.fill('users', 3);
          },
        },
      },
    );
    expect(result).toBe(EXIT_CODES.lost);
    expect(log().join('\n')).toContain("a table 'users' is there that this restore did not make");
    expect(bench.engine.items('users').size).toBe(3);
    expect(leftovers(bench)).toContain('-Data.db');
  });

  it('when the deletion is refused, the table is there as it was', async () => {
    const bench = await backedUp();
    const id = await idOf(bench);
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      { engine: { deleteTable: refuse('not authorized') } },
    );
    // Nothing was changed, then.
    expect(result).toBe(5);
    expect(log().join('\n')).toContain('not authorized');
    expect(await idOf(bench)).toBe(id);
    expect(restored(bench)).toEqual(changed());
    expect(leftovers(bench)).toBe('');
  });

  it('a removal that is not answered may come yet: the copy is kept, and named', async () => {
    const bench = await backedUp();
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      { engine: { deleteTable: () => Promise.reject(new KnownError('unavailable', 'no answer in time')) } },
    );
    expect(result).toBe(1);
    expect(log().join('\n')).toContain('may come yet: its copy is kept in');
    expect(restored(bench)).toEqual(changed());
    expect(leftovers(bench)).toContain('-Data.db');
  });

  it('a present table that CreateTable could not make again is put back by CQL; where CQL takes no such name, it is not removed', async () => {
    for (const name of ['users', 'us-ers']) {
      const table = parseTableName(name);
      const bench = await workbench();
      await bench.fill(name, 3);
      await bench.backup({ tables: [name] });
      bench.engine.change(name, withColumnOfCql);
      const { result, log } = await bench.restore(
        { tables: [name], yes: true },
        { engine: { refresh: refuseOnce(bench) } },
      );
      const text = log().join('\n');
      if (name === 'users') {
        expect(text).toContain("The table 'users' that was there before is back, with all its items");
        expect(bench.engine.calls.filter((call) => call === 'execute').length).toBeGreaterThanOrEqual(3);
        expect(result).toBe(1);
      } else {
        expect(text).toContain(
          "If the restore of 'us-ers' failed, the present table could not be put back as it is: The column age is decimal in the backup, missing in the new table.",
        );
        expect(result).toBe(5);
      }
      expect(bench.engine.items(name).size).toBe(3);
      expect((await bench.engine.describe(table)).kind).toBe('table');
      expect(leftovers(bench)).toBe('');
    }
  });

  it('the row of a stream log is not taken for the table when it is put back by CQL', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    await bench.backup({ tables: ['users'] });
    bench.engine.change('users', (record) => ({
      ...withColumnOfCql(record),
      statements: [
        ...withColumnOfCql(record).statements,
        { type: 'table', name: 'users_scylla_cdc_log', statement: '/* Do NOT execute this statement! */' },
      ],
    }));
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      { engine: { refresh: refuseOnce(bench) } },
    );
    expect(result, log().join('\n')).toBe(1);
    expect(log().join('\n')).toContain('is back, with all its items');
    expect(bench.engine.items('users').size).toBe(3);
  });

  it('a CREATE TABLE whose answer got lost is not called refused, and what it made is removed', async () => {
    const bench = await backedUp();
    await bench.engine.deleteTable(users);
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, schema: 'cql' },
      {
        engine: {
          execute: async (statement) => {
            await bench.engine.execute(statement);
            if (statement.startsWith('CREATE TABLE')) throw new KnownError('unavailable', 'connection lost');
          },
        },
      },
    );
    expect(result).toBe(1);
    expect(log().join('\n')).toContain("There is no table 'users', as before.");
    expect(await bench.engine.describe(users)).toEqual({ kind: 'missing' });
  });

  it('a copy of the present table without its items is refused before anything is removed', async () => {
    const bench = await backedUp();
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      {
        engine: {
          snapshot: async (record, tag) => {
            const snapshot = await bench.engine.snapshot(record, tag);
            return { ...snapshot, files: [] };
          },
        },
      },
    );
    expect(result).toBe(5);
    expect(log().join('\n')).toContain('its snapshot holds no SSTable, though 11 items can be read');
    expect(restored(bench)).toEqual(changed());
    expect(snapshotsLeft(bench)).toBe('');
  });

  it('a server that loads nothing and says all is well: the copy of the table is kept, status 8', async () => {
    const bench = await backedUp();
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      {
        engine: {
          refresh: async (record) => {
            const { path } = await bench.engine.tableDirectory(record);
            for (const name of await readdir(join(path, 'upload'))) await rm(join(path, 'upload', name));
          },
        },
      },
    );
    expect(result).toBe(EXIT_CODES.lost);
    expect(log().join('\n')).toContain("THE TABLE 'users' IS NOT COMPLETE");
    expect(leftovers(bench)).toContain('-Data.db');
  });

  it('fewer items than the backup had are told, and the copy of the table before is kept', async () => {
    const bench = await backedUp(2_000);
    let reads = 0;
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      {
        engine: {
          sample: async (table, sampling) =>
            (reads += 1) === 2 ? { items: 3, complete: true } : bench.engine.sample(table, sampling),
        },
      },
    );
    expect(result).toBe(EXIT_CODES.warnings);
    expect(log().join('\n')).toContain('3 items can be read, at least 1000 could while copying');
    expect(log().join('\n')).toContain('the table as it was before the restore is kept in');
    expect(leftovers(bench)).toContain('-Data.db');
  });

  it.each(['filesAwaitingIndexes', 'setTimeToLive', 'enableStream'] as const)(
    'what comes after the data does not take it away again: %s',
    async (method) => {
      const bench = await workbench();
      await bench.fill('users', 10);
      await bench.engine.setTimeToLive(users, 'expires');
      await bench.engine.enableStream(users, 'KEYS_ONLY');
      await bench.backup({ tables: ['users'] });
      const { result, log } = await bench.restore(
        { tables: ['users'], yes: true, recreate: true },
        { engine: { [method]: refuse(`${method} said no`) } },
      );
      expect(result).toBe(EXIT_CODES.warnings);
      expect(log().join('\n')).toContain(`${method} said no`);
      expect(restored(bench)).toEqual(original());
      expect(copiesKept(bench).size).toBe(1);
    },
  );

  it('a server that does not answer for a moment is asked again', async () => {
    const bench = await backedUp();
    let reads = 0;
    const { result } = await bench.restore(
      { tables: ['users'], yes: true },
      {
        engine: {
          sample: (table, sampling) =>
            (reads += 1) === 2
              ? Promise.reject(new KnownError('unavailable', 'timeout'))
              : bench.engine.sample(table, sampling),
        },
      },
    );
    expect(result).toBe(0);
    expect(restored(bench)).toEqual(original());
  });

  it('what a failed restore made and nobody can remove is not called refused', async () => {
    const bench = await backedUp();
    await bench.engine.deleteTable(users);
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      { engine: { refresh: refuse('no'), deleteTable: refuse('not now') } },
    );
    expect(result).toBe(1);
    expect(log().join('\n')).toContain('may be there that holds only a part of the backup');
  });

  it('and when even that fails, all files are kept, the place is named, and the status is 8', async () => {
    const bench = await backedUp();
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      { engine: { refresh: refuse('nodetool is broken') } },
    );
    expect(result).toBe(EXIT_CODES.lost);
    const text = log().join('\n');
    const [, directory = ''] = /All its files, as they were, are in (\S+): keep them/.exec(text) ?? [];
    const names = await readdir(directory);
    expect(names).toContain('alternator_schema.json');
    const data = names.find((name) => name.endsWith('-Data.db')) ?? '';
    expect(JSON.parse(await readFile(join(directory, data), 'utf8'))).toHaveLength(11);
    expect(text).toContain('nodetool refresh -- alternator_users users');
  });
});

describe('Nothing is touched (T-49 as far as it goes, exit 5)', () => {
  type Damage = (bench: Workbench) => Promise<void>;
  const archiveOf = (bench: Workbench) => join(bench.backups, 'users', 'users_backup.tar.gz');
  const flip =
    (where: (size: number) => number): Damage =>
    async (bench) => {
      const bytes = await readFile(archiveOf(bench));
      bytes[where(bytes.length)]! ^= 1;
      await writeFile(archiveOf(bench), bytes);
    };

  it.each<[string, Damage]>([
    [
      'the archive is cut off',
      async (bench) => writeFile(archiveOf(bench), (await readFile(archiveOf(bench))).subarray(0, -40)),
    ],
    ['the archive is empty', (bench) => writeFile(archiveOf(bench), '')],
    ['a byte of the archive is wrong in its first half', flip((size) => Math.floor(size / 3))],
    ['a byte of the archive is wrong in its second half', flip((size) => size - 30)],
    [
      'the archive has garbage behind its end',
      async (bench) =>
        writeFile(
          archiveOf(bench),
          Buffer.concat([await readFile(archiveOf(bench)), Buffer.from('garbage')]),
        ),
    ],
    ['the archive holds other files than the manifest says', (bench) => repack(bench, ['-Index.db'])],
    ['the archive lacks a TOC.txt', (bench) => repack(bench, ['-TOC.txt'])],
    ['the archive is missing', (bench) => rm(archiveOf(bench))],
    [
      'the manifest was changed',
      async (bench) => {
        const path = join(bench.backups, 'users', 'manifest.json');
        await writeFile(path, (await readFile(path, 'utf8')).replace('"attempt": 1', '"attempt": 3'));
      },
    ],
    [
      'the schema file was changed',
      async (bench) => {
        const path = join(bench.backups, 'users', 'alternator_schema.json');
        await writeFile(path, (await readFile(path, 'utf8')).replace('"pk"', '"xy"'));
      },
    ],
  ])('when %s', async (_, damage) => {
    const bench = await backedUp();
    await damage(bench);
    const data = await treeHash(bench.engine.dataDirectory);
    const calls = bench.engine.calls.length;
    const { result, log, said } = await bench.restore({ tables: ['users'], yes: true });
    expect(result).toBe(5);
    expect(log().some((line) => line.startsWith('ERROR - '))).toBe(true);
    expect(said()).toBe("\n❌ Table 'users' failed to restore\n");
    expect(bench.engine.calls.slice(calls).filter((call) => DESTRUCTIVE.includes(call))).toEqual([]);
    expect(await treeHash(bench.engine.dataDirectory)).toBe(data);
    expect(restored(bench)).toEqual(changed());
    expect(leftovers(bench)).toBe('');
  });

  it('when there is no backup of the table (R-115, exit 1)', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    const { result, log } = await bench.restore({ tables: ['users'], yes: true });
    expect(result).toBe(1);
    expect(log()).toContain(`ERROR - Backup folder ${bench.backups}/users does not exist`);
    expect(bench.engine.calls.filter((call) => DESTRUCTIVE.includes(call))).toEqual(['createTable']);
  });

  it("when the backup is only one node's share of its table", async () => {
    const node = { topology: { datacenter: 'datacenter1', nodes: { datacenter1: 3 } }, nodeCount: 3 };
    const bench = await workbench({ node });
    await bench.fill('users', 2);
    await bench.backup({ tables: ['users'], nodeLocalOnly: true });
    const { result, log } = await bench.restore({ tables: ['users'], yes: true });
    expect(result).toBe(5);
    expect(log().join()).toContain("only one node's share");
    expect((await bench.restore({ tables: ['users'], yes: true, nodeLocalOnly: true })).result).toBe(0);
  });

  it('when other tables live in the keyspace and would go with it', async () => {
    const bench = await backedUp();
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      { engine: { neighbours: async () => ['mine'] } },
    );
    expect(result).toBe(5);
    expect(log().join()).toContain("the keyspace of 'users' also holds mine");
    expect(restored(bench)).toEqual(changed());
  });

  it('when something lies in upload/ already: it would be loaded along (TX-10)', async () => {
    const bench = await backedUp();
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          createTable: oncePerTable(
            async (creation) => {
              await bench.engine.createTable(creation);
              const record = await bench.engine.untilReady(users);
              const { path } = await bench.engine.tableDirectory(record);
              await writeFile(join(path, 'upload', 'me-99-big-Data.db'), 'foreign');
              return record;
            },
            (creation) => bench.engine.createTable(creation),
          ),
        },
      },
    );
    expect(result).toBe(1);
    expect(log().join('\n')).toContain('upload is not empty: me-99-big-Data.db');
    expect(restored(bench)).toEqual(changed());
  });

  it('on a dry run', async () => {
    const bench = await backedUp();
    const before = await treeHash(bench.root);
    const { result, said } = await bench.restore({ tables: ['users'], dryRun: true });
    expect(result).toBe(0);
    expect(said()).toMatch(
      / {2}EMPTY the present table users, whose schema is the same, and load it from backup users_\d+_full/,
    );
    const anew = await bench.restore({ tables: ['users'], dryRun: true, recreate: true });
    expect(anew.said()).toMatch(
      / {2}DELETE the present table users and restore it from backup users_\d+_full/,
    );
    expect(await treeHash(bench.root)).toBe(before);
  });

  it('without --yes and without a terminal (exit 2)', async () => {
    const bench = await backedUp();
    const calls = bench.engine.calls.length;
    const { result } = await bench.restore({ tables: ['users'] });
    expect(result).toMatchObject({ kind: 'usage', hint: expect.stringContaining('--yes') as string });
    expect(bench.engine.calls.slice(calls)).toEqual([]);
  });

  it('when a person at the terminal does not agree (exit 6)', async () => {
    const bench = await backedUp();
    const { result, said } = await bench.restore({ tables: ['users'] }, { isTerminal: true, answers: ['y'] });
    expect(result).toBe(6);
    expect(said()).toContain('EMPTY the present table users');
    expect(restored(bench)).toEqual(changed());
  });
});

function oncePerTable<A, R>(
  first: (argument: A) => Promise<R>,
  then: (argument: A) => Promise<R>,
): (argument: A) => Promise<R> {
  let calls = 0;
  return (argument) => ((calls += 1) === 1 ? first(argument) : then(argument));
}

/** Makes the archive anew with the system's tar, without the files that end so. */
async function repack(bench: Workbench, without: readonly string[]): Promise<void> {
  const folder = join(bench.backups, 'users');
  const work = join(bench.root, 'repack');
  await mkdir(work);
  execFileSync('tar', ['xzf', join(folder, 'users_backup.tar.gz'), '-C', work]);
  for (const name of await readdir(work))
    if (without.some((end) => name.endsWith(end))) await rm(join(work, name));
  execFileSync('tar', ['czf', join(folder, 'users_backup.tar.gz'), '-C', work, '.']);
  await rm(work, { recursive: true });
}

describe('The documented ways', () => {
  /** Turns a backup of ours into a folder of the documented scripts. */
  async function documented(bench: Workbench, layout: 'separated' | 'legacy'): Promise<void> {
    const folder = join(bench.backups, 'users');
    for (const name of ['manifest.json', 'alternator_schema.json', 'keyspace.cql', 'README.txt'])
      await rm(join(folder, name));
    if (layout === 'legacy') await rename(join(folder, 'table_schema.cql'), join(folder, 'schema.cql'));
    await repack(bench, []);
  }

  it.each(['separated', 'legacy'] as const)(
    'a %s folder of the old scripts is restored by CQL (R-4, T-45, X-5)',
    async (layout) => {
      const bench = await backedUp();
      await documented(bench, layout);
      const { result, log } = await bench.restore({ tables: ['users'], yes: true });
      expect(restored(bench)).toEqual(original());
      expect(
        log().filter(
          (line) =>
            !line.includes('Table ID') && !line.includes('Data extracted') && !line.includes('Safety copy'),
        ),
      ).toEqual([
        'INFO - ===== Start restore process for users =====',
        'INFO - Backup of users proven: 7 files, 1 SSTables, 344 bytes, no manifest, so only digests and TOC were checked'.replace(
          /\d+ bytes/,
          (log().find((line) => line.includes('proven')) ?? '').match(/\d+ bytes|[\d.]+ \w+iB/)?.[0] ?? '',
        ),
        'WARNING - The backup of users has no manifest: nobody could check whether the bytes of its Index.db, Statistics.db are right',
        'INFO - Dropping keyspace: alternator_users',
        'INFO - Keyspace alternator_users dropped successfully',
        'INFO - Ensuring keyspace exists: alternator_users',
        'WARNING - The backup does not say how alternator_users was replicated: SimpleStrategy with one copy, as documented',
        'INFO - Keyspace alternator_users ensured to exist',
        layout === 'separated'
          ? 'INFO - Using separated schema files (table_schema.cql + materialized_view_*.cql)'
          : 'INFO - Using legacy schema file (schema.cql)',
        'INFO - Restoring base table schema for users',
        'INFO - Base table schema restored successfully for users',
        'INFO - Truncating table alternator_users.users',
        'INFO - Table truncated successfully',
        'INFO - Restoring data for users',
        'INFO - Running nodetool refresh for alternator_users.users',
        'INFO - Nodetool refresh completed successfully',
        'INFO - Read back all 10 items of users',
        'INFO - Restoring materialized views after data is loaded...',
        'INFO - Looking for materialized views to restore for users',
        'INFO - Found 0 materialized view(s) to restore',
        'INFO - All materialized views processed for users',
        'INFO - ===== Restore completed for users =====',
      ]);
      expect(result).toBe(3);
    },
  );

  it('offline stops and starts once for all tables, and places files in between (T-62)', async () => {
    const bench = await workbench();
    for (const table of ['users', 'orders', 'products']) await bench.fill(table, 4);
    await bench.backup({ all: true });
    const { result, log } = await bench.restore({ all: true, offline: true, yes: true });
    expect(result).toBe(0);
    expect(bench.serviceCalls).toEqual(['stop', 'start']);
    const lines = log();
    const stopped = lines.indexOf('INFO - ScyllaDB service stopped successfully');
    const started = lines.indexOf('INFO - Starting ScyllaDB service...');
    const placed = lines.flatMap((line, index) => (line.includes('Data extracted to') ? [index] : []));
    expect(placed).toHaveLength(3);
    expect(placed.every((index) => index > stopped && index < started)).toBe(true);
  });

  it('offline starts the service again when it would not stop, and puts the table back (T-54)', async () => {
    const bench = await backedUp();
    const { result, log } = await bench.restore(
      { tables: ['users'], offline: true, yes: true },
      {
        service: {
          stop: () => Promise.reject(new KnownError('program', 'Service still running after stop command')),
        },
      },
    );
    expect(result).toBe(1);
    expect(bench.serviceCalls).toEqual(['start']);
    expect(log()).toContain('ERROR - Service still running after stop command');
    expect(log().join('\n')).not.toContain('stopped successfully');
    expect(restored(bench)).toEqual(changed());
  });

  it('offline with a server that does not come up again says where everything is (T-53, exit 8)', async () => {
    const bench = await backedUp();
    const down = () =>
      Promise.reject(new KnownError('unavailable', 'The node does not serve within 10 s: no'));
    let stopped = false;
    const { result, log } = await bench.restore(
      { tables: ['users'], offline: true, yes: true },
      {
        service: {
          stop: async () => {
            stopped = true;
          },
        },
        engine: {
          untilServing: down,
          describe: (table) => (stopped ? down() : bench.engine.describe(table)),
        },
      },
    );
    expect(result).toBe(8);
    expect(log().join('\n')).toMatch(
      /All its files, as they were, are in \S+\/safety\/\S+\/users: keep them/,
    );
  });
});
