import { readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { KnownError } from '../../../src/errors.js';
import { parseTableName } from '../../../src/model/table-name.js';
import { forgeBackup } from '../../node/harness/forged-backup.js';
import { flipByte } from '../../process/harness/damage.js';
import { plantInArchive } from '../../process/harness/planted-archive.js';
import { treeHash } from '../../support/tree-hash.js';
import { workbench, type Ran, type Workbench } from '../../support/workbench.js';

const users = parseTableName('users');
const CHANGES = ['deleteTable', 'truncate', 'execute', 'createTable', 'refresh'];
const folder = (bench: Workbench) => join(bench.backups, 'users');
const archive = (bench: Workbench) => join(folder(bench), 'users_backup.tar.gz');

async function backedUp(): Promise<Workbench> {
  const bench = await workbench();
  await bench.fill('users', 10);
  if ((await bench.backup({ tables: ['users'] })).result !== 0) throw new Error('no backup');
  return bench;
}

async function inUpload(bench: Workbench, name: string): Promise<void> {
  const described = await bench.engine.describe(users);
  if (described.kind !== 'table') throw new Error('no table');
  const { path } = await bench.engine.tableDirectory(described.record);
  writeFileSync(join(path, 'upload', name), 'somebody else put it here');
}

/** A backup that says of itself that it needs more than any disk has. */
const withoutRoom = (bench: Workbench) =>
  forgeBackup(
    folder(bench),
    'alternator_schema.json',
    (same) => same,
    (manifest) => ({ ...manifest, totals: { ...manifest.totals, bytes: 2 ** 52 } }),
  );

const ofFormat = (bench: Workbench, format: string) =>
  plantInArchive(
    folder(bench),
    (files) => {
      for (const name of readdirSync(files))
        if (name.startsWith('me-'))
          renameSync(join(files, name), join(files, name.replace('me-', `${format}-`)));
    },
    'as they are',
  );

/** A directory to which no file of the work directory can be linked, by nobody. */
const elsewhere: Engine['topDirectory'] = async () => ({ path: '/proc', uid: 0, gid: 0 });

/** Runs, and proves that nothing was touched. Gives the lines that say why. */
async function refused(bench: Workbench, run: () => Promise<Ran>): Promise<readonly string[]> {
  const data = await treeHash(bench.engine.dataDirectory);
  const calls = bench.engine.calls.length;
  const ran = await run();
  const { result } = ran;
  const why = result instanceof KnownError ? result.message : ran.log().join('\n');
  expect(result instanceof KnownError ? result.exitCode : result, why).toBe(5);
  expect(bench.engine.calls.slice(calls).filter((call) => CHANGES.includes(call))).toEqual([]);
  expect(await treeHash(bench.engine.dataDirectory)).toBe(data);
  return why.split('\n');
}

const problems = (lines: readonly string[]) => lines.filter((line) => /^\d+\. /.test(line));

describe('What stands in the way of a restore is told at once, exit 5', () => {
  it('a truncated archive, a foreign file in upload/ and too little room (T-49)', async () => {
    const bench = await backedUp();
    withoutRoom(bench);
    truncateSync(archive(bench), 200);
    await inUpload(bench, 'README.txt');
    const told = problems(await refused(bench, () => bench.restore({ tables: ['users'], yes: true })));
    expect(told).toEqual([
      expect.stringMatching(/^1\. \S+upload is not empty: README\.txt \(.*take them away/),
      expect.stringMatching(/^2\. No space left on device for unpacking the backup of users: .*\(Free up/),
      expect.stringMatching(/^3\. The backup of 'users' is damaged: .*200 bytes instead of .*--from LABEL/),
    ]);
  });

  it('a flipped byte and too little room, though nothing can be unpacked (T-49)', async () => {
    const bench = await backedUp();
    withoutRoom(bench);
    flipByte(archive(bench), 300);
    const told = problems(await refused(bench, () => bench.restore({ tables: ['users'], yes: true })));
    expect(told).toEqual([
      expect.stringMatching(/^1\. No space left on device/),
      expect.stringMatching(/^2\. The backup of 'users' is damaged: /),
    ]);
  });

  it('a foreign file in upload/, a format that the server does not read, and columns that do not fit (T-49)', async () => {
    const bench = await backedUp();
    await ofFormat(bench, 'mt');
    forgeBackup(folder(bench), 'alternator_schema.json', (text) =>
      text.replaceAll('"AttributeType": "S"', '"AttributeType": "N"'),
    );
    await inUpload(bench, 'me-1-big-Data.db');
    const told = problems(await refused(bench, () => bench.restore({ tables: ['users'], yes: true })));
    expect(told).toEqual([
      expect.stringMatching(/^1\. \S+upload is not empty: me-1-big-Data\.db/),
      "2. 'users' has SSTables of format mt, which this server (Scylla 2025.1.0) does not read (Restore it on Scylla 2026.1 or newer.)",
      expect.stringMatching(/^3\. The files of 'users' do not fit: The partition key is pk text/),
    ]);
  });

  it('a node that is away, and what is wrong with two tables', async () => {
    const bench = await backedUp();
    await bench.fill('orders', 3);
    await bench.backup({ tables: ['orders'] });
    flipByte(archive(bench), 300);
    await inUpload(bench, 'README.txt');
    forgeBackup(
      join(bench.backups, 'orders'),
      'alternator_schema.json',
      (same) => same,
      (manifest) => ({ ...manifest, totals: { ...manifest.totals, bytes: 2 ** 52 } }),
    );
    const told = problems(
      await refused(bench, () =>
        bench.restore(
          { tables: ['users', 'orders'], yes: true },
          { engine: { absentNodes: async () => ['DN 10.0.0.2'] } },
        ),
      ),
    );
    expect(told).toEqual([
      expect.stringMatching(
        /^1\. Not every node of the ring is up and normal: DN 10\.0\.0\.2 \(nodetool status/,
      ),
      expect.stringMatching(/^2\. users: \S+upload is not empty: README\.txt \(/),
      expect.stringMatching(/^3\. users: The backup of 'users' is damaged: .*\(Restore an older generation/),
      expect.stringMatching(/^4\. orders: No space left on device for unpacking the backup of orders/),
    ]);
    expect((await bench.journals.list()).jobs).toEqual([]);
  });

  it('a node that serves nothing is told once, not for each table again', async () => {
    const bench = await backedUp();
    const down = () => Promise.reject(new KnownError('unavailable', 'CQL does not answer'));
    const lines = await refused(bench, () =>
      bench.restore(
        { tables: ['users'], yes: true },
        { engine: { expectServing: down, schemaVersion: down, tableDirectory: down } },
      ),
    );
    expect(lines).toEqual(['CQL does not answer']);
  });
});

describe('Our rights are proven before the first change, also where the table is not there yet', () => {
  const CANNOT = /We may not link files of the work directory in \/proc: /;

  it('of a restore that creates', async () => {
    const bench = await backedUp();
    await bench.engine.deleteTable(users);
    const lines = await refused(bench, () =>
      bench.restore({ tables: ['users'], yes: true }, { engine: { topDirectory: elsewhere } }),
    );
    expect(lines.join('\n')).toMatch(CANNOT);
  });

  it('of one that creates, together with a damaged archive', async () => {
    const bench = await backedUp();
    flipByte(archive(bench), 300);
    const told = problems(
      await refused(bench, () =>
        bench.restore({ tables: ['users'], as: 'other', yes: true }, { engine: { topDirectory: elsewhere } }),
      ),
    );
    expect(told).toEqual([
      expect.stringMatching(CANNOT),
      expect.stringMatching(/^2\. The backup of 'other' is damaged: /),
    ]);
  });

  it('of a restore that removes and creates, and of its undo', async () => {
    const bench = await backedUp();
    const restore = { tables: ['users'], yes: true, recreate: true };
    const change = { engine: { topDirectory: elsewhere } };
    expect((await refused(bench, () => bench.restore(restore, change))).join('\n')).toMatch(CANNOT);
    expect((await bench.restore(restore)).result).toBe(0);
    bench.engine.change('users', (record) => ({
      ...record,
      schema: { ...record.schema, tags: [{ Key: 'of', Value: 'today' }] },
    }));
    expect((await refused(bench, () => bench.undo({}, change))).join('\n')).toMatch(CANNOT);
  });

  it('of an undo that deletes: also files that wait in upload/, which would go along', async () => {
    const bench = await backedUp();
    await bench.engine.deleteTable(users);
    expect((await bench.restore({ tables: ['users'], yes: true })).result).toBe(0);
    await inUpload(bench, 'me-1-big-Data.db');
    const told = problems(
      await refused(bench, () => bench.undo({}, { engine: { topDirectory: elsewhere } })),
    );
    expect(told).toEqual([
      expect.stringMatching(/^1\. \S+upload is not empty: me-1-big-Data\.db/),
      expect.stringMatching(CANNOT),
    ]);
    expect(bench.engine.items('users').size).toBe(10);
  });

  it('and leave nothing behind, in the data directory or beside it', async () => {
    const bench = await backedUp();
    await bench.engine.deleteTable(users);
    flipByte(archive(bench), 300);
    const before = await treeHash(bench.engine.dataDirectory);
    expect((await bench.restore({ tables: ['users'], yes: true })).result).toBe(5);
    expect(await treeHash(bench.engine.dataDirectory)).toBe(before);
    const left = readdirSync(join(bench.root, 'work'), { recursive: true }).map(String);
    expect(left.filter((name) => !/^(staging|jobs(\/.*)?)$/.test(name))).toEqual([]);
  });

  it('are not asked for in the data directory where a table is only emptied', async () => {
    const bench = await backedUp();
    const { result } = await bench.restore(
      { tables: ['users'], yes: true },
      { engine: { topDirectory: elsewhere } },
    );
    expect(result).toBe(0);
  });
});

describe('SSTables of a format that the server does not read', () => {
  it.each([
    ['mt', '2025.4.3', 'Scylla 2026.1 or newer'],
    ['ms', '2025.3.1', 'Scylla 2025.4 or newer'],
    ['me', '5.0.9', 'Scylla 5.1 or newer'],
    ['nb', '2026.2.0', 'a server like the one that wrote them'],
  ])('%s on %s: refused before anything is touched, exit 5 (T-49)', async (format, version, cure) => {
    const bench = await backedUp();
    if (format !== 'me') await ofFormat(bench, format);
    const identify = async () => ({ ...(await bench.engine.identify()), version });
    const lines = await refused(bench, () =>
      bench.restore({ tables: ['users'], yes: true }, { engine: { identify } }),
    );
    const text = lines.join('\n');
    expect(text).toContain(
      `'users' has SSTables of format ${format}, which this server (Scylla ${version}) does not read`,
    );
    expect(text).toContain(`Restore it on ${cure}`);
  });

  it('are refused in a folder without a manifest as well, which says so only when it is unpacked', async () => {
    const bench = await backedUp();
    await plantInArchive(
      folder(bench),
      (files) => {
        for (const name of readdirSync(files))
          if (name.startsWith('me-')) renameSync(join(files, name), join(files, name.replace('me-', 'ms-')));
      },
      'none',
    );
    for (const name of ['alternator_schema.json', 'keyspace.cql', 'README.txt'])
      renameSync(join(folder(bench), name), join(bench.root, name));
    const lines = await refused(bench, () => bench.restore({ tables: ['users'], yes: true }));
    expect(lines.join('\n')).toContain(
      "'users' has SSTables of format ms, which this server (Scylla 2025.1.0) does not read",
    );
  });
});
