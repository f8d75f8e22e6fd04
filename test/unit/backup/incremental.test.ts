import { mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entriesOf, findBaseline } from '../../../src/backup/baseline.js';
import { parseManifest, type Manifest } from '../../../src/model/manifest.js';
import { parseTableName } from '../../../src/model/table-name.js';
import { proveArchive } from '../../../src/store/archive/prove-archive.js';
import { directoryStore } from '../../../src/store/directory-store.js';
import { manifestFor } from '../../support/backup-fixture.js';
import { fastClock, workbench, type Workbench } from '../../support/workbench.js';

const { signal } = new AbortController();
const users = parseTableName('users');

const manifestIn = async (folder: string) =>
  parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'));
const newest = ({ backups }: Workbench) => manifestIn(join(backups, 'users'));
const withoutDay = ({ label }: Pick<Manifest, 'label'>) => label.replace(/\d{8}/, 'DAY');

const storeOf = ({ backups: root }: Workbench) =>
  directoryStore({ root, keepVersions: 7, clock: fastClock, signal });

/** The folder in which the table's files lie. */
async function liveFolder({ engine }: Workbench): Promise<string> {
  const described = await engine.describe(users);
  if (described.kind !== 'table') throw new Error('no table');
  return (await engine.tableDirectory(described.record)).path;
}

const liveFile = async (bench: Workbench, ending: string) => {
  const folder = await liveFolder(bench);
  return join(
    folder,
    (await readdir(folder)).find((name) => name.endsWith(ending))!,
  );
};

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at]! ^= 1;
  await writeFile(path, bytes);
}

/** One backup of three items, and its archive. */
async function backedUp() {
  const bench = await workbench();
  await bench.fill('users', 3);
  await bench.backup({ tables: ['users'] });
  return { bench, first: await newest(bench), archive: join(bench.backups, 'users', 'users_backup.tar.gz') };
}

async function expectWhole({ backups }: Workbench): Promise<Manifest> {
  const folder = join(backups, 'users');
  const manifest = await manifestIn(folder);
  const archive = join(folder, manifest.archive.name);
  expect(await proveArchive({ archive, record: manifest.archive, jobs: 2, signal })).toMatchObject({
    problems: [],
  });
  return manifest;
}

const reuseLines = (log: readonly string[]) => log.filter((line) => line.includes('not compressed again'));

describe('A backup after another one', () => {
  it('copies what did not change, says so, and is whole without the one before', async () => {
    const { bench, first } = await backedUp();
    const { result, log } = await bench.backup({ tables: ['users'] });
    expect(result).toBe(0);
    expect(reuseLines(log())).toEqual([
      expect.stringMatching(
        /^INFO - 7 files: 2 new, 5 reused, [\d.]+ \w+ of [\d.]+ \w+ not compressed again$/,
      ),
    ]);
    const second = await expectWhole(bench);
    expect(second).toMatchObject({ type: 'incremental', baseline: first.label });
    expect(withoutDay(second)).toBe('users_DAY_incremental');
    const segments = (manifest: Manifest) =>
      manifest.archive.entries
        .filter(({ name }) => name.startsWith('me-'))
        .map(({ name, sha256, segment }) => [name, sha256, segment?.sha256]);
    expect(segments(second)).toEqual(segments(first));

    await rm(join(bench.backups, '@versions'), { recursive: true });
    bench.engine.put('users', 'later', {});
    expect((await bench.restore({ tables: ['users'], yes: true })).result).toBe(0);
    expect(bench.engine.items('users').size).toBe(3);
  });

  it('labels the runs of one day one after the other (TX-23)', async () => {
    const { bench } = await backedUp();
    const labels = [];
    for (let round = 0; round < 2; round += 1) {
      await bench.backup({ tables: ['users'] });
      labels.push(withoutDay(await newest(bench)));
    }
    expect(labels).toEqual(['users_DAY_incremental', 'users_DAY_incremental_r1']);
    await bench.backup({ tables: ['users'], type: 'full' });
    const full = await newest(bench);
    expect(full).toMatchObject({ type: 'full', baseline: null });
    expect(withoutDay(full)).toBe('users_DAY_full_r1');
  });

  it('compresses the changed Statistics.db anew, and copies the rest', async () => {
    const { bench } = await backedUp();
    const path = await liveFile(bench, '-Statistics.db');
    const { mtime } = await stat(path);
    await flip(path, (await stat(path)).size - 1);
    // Size and time stay: only reading shows it.
    await utimes(path, mtime, mtime);
    const { result, log } = await bench.backup({ tables: ['users'] });
    expect(result).toBe(0);
    expect(reuseLines(log()).join()).toContain('7 files: 3 new, 4 reused');
    await expectWhole(bench);
  });

  it('takes no file for the same whose time is another one', async () => {
    const { bench } = await backedUp();
    await utimes(await liveFile(bench, '-Index.db'), 1, 1);
    const { log } = await bench.backup({ tables: ['users'] });
    expect(reuseLines(log()).join()).toContain('7 files: 3 new, 4 reused');
    const { archive } = await expectWhole(bench);
    expect(archive.entries.find(({ name }) => name.endsWith('Index.db'))?.mtimeMs).toBe(1000);
  });

  it('fails on a flipped byte in a Data.db whose size and time stayed, though the backup before has it right', async () => {
    const { bench, first } = await backedUp();
    const path = await liveFile(bench, '-Data.db');
    const { mtime } = await stat(path);
    await flip(path, 5);
    await utimes(path, mtime, mtime);
    const { result, log } = await bench.backup({ tables: ['users'] });
    expect(result).toBe(1);
    expect(log().join('\n')).toMatch(/damaged: .*Data\.db has CRC-32 \d+, but Digest\.crc32 says/);
    expect(await newest(bench)).toEqual(first);
  });

  it('is full where nothing is the same, also when an incremental one was wanted', async () => {
    const { bench } = await backedUp();
    bench.engine.put('users', 'another', {});
    const folder = await liveFolder(bench);
    for (const name of await readdir(folder)) if (name.startsWith('me-')) await rm(join(folder, name));
    const { result, log } = await bench.backup({ tables: ['users'], type: 'incremental' });
    expect(result).toBe(0);
    expect(reuseLines(log())).toEqual([]);
    expect(await newest(bench)).toMatchObject({ type: 'full', baseline: null });
    expect(withoutDay(await newest(bench))).toBe('users_DAY_full_r1');
  });

  it('gives all tables of a run one label, and each the type that it has', async () => {
    const { bench } = await backedUp();
    await bench.fill('orders', 2);
    await bench.backup({ all: true });
    const [one, two] = [await newest(bench), await manifestIn(join(bench.backups, 'orders'))];
    expect(one.label).toMatch(/^all_\d{8}_incremental$/);
    expect(two.label).toBe(one.label);
    expect([one.type, two.type]).toEqual(['incremental', 'full']);
  });

  it('keeps only the newest where only one is wanted, after it was built on', async () => {
    const { bench } = await backedUp();
    for (let round = 0; round < 4; round += 1) await bench.backup({ tables: ['users'] });
    await expectWhole(bench);
    expect((await readdir(join(bench.backups, '@versions', 'users'))).length).toBe(2);
  });
});

describe('A baseline that is damaged', () => {
  it('never has its damaged bytes copied: the file is compressed anew, with a warning', async () => {
    const { bench, first, archive } = await backedUp();
    const wrong = first.archive.entries.find(({ name }) => name.endsWith('-Data.db'))!;
    await flip(archive, wrong.segment!.offset + wrong.segment!.length - 3);
    const { result, log } = await bench.backup({ tables: ['users'] });
    expect(result).toBe(3);
    expect(log().join('\n')).toMatch(
      new RegExp(`WARNING - Backup ${first.label} of users is damaged, .*: ${wrong.name}: a block of it`),
    );
    expect(reuseLines(log()).join()).toContain('7 files: 3 new, 4 reused');
    expect(await expectWhole(bench)).toMatchObject({ type: 'incremental', baseline: first.label });
  });

  it.each(['a backup that finds it so', 'one that asked for just this one, and fails'])(
    'is remembered as invalid by %s, as verify would: nobody builds on it again',
    async (who) => {
      const { bench, first, archive } = await backedUp();
      const wrong = first.archive.entries.find(({ name }) => name.endsWith('-Data.db'))!;
      await flip(archive, wrong.segment!.offset + wrong.segment!.length - 3);
      const isAsked = who.startsWith('one');
      const flags = isAsked ? { tables: ['users'], baseline: first.label } : { tables: ['users'] };
      const { result, log } = await bench.backup(flags);
      expect(result).toBe(isAsked ? 1 : 3);
      const store = storeOf(bench);
      const found = await store.find(users, first.label);
      const problem = `users_backup.tar.gz: ${wrong.name} a block of it`;
      expect(await store.verified(found)).toMatchObject({
        state: 'invalid',
        depth: 'full',
        problems: [expect.stringContaining(problem) as string],
      });
      const warnings = log().filter((line) => line.includes('WARNING'));
      expect(warnings).toEqual([expect.stringContaining('list shows it as invalid from now on')]);
      const refused = await bench.backup({ tables: ['users'], baseline: first.label });
      expect([refused.result, refused.said()]).toEqual([
        1,
        expect.stringContaining(`it was found invalid (${problem}`),
      ]);
    },
  );

  it('that cannot be remembered is told all the same, with the reason: the new backup is there', async () => {
    const { bench, first, archive } = await backedUp();
    const wrong = first.archive.entries.find(({ name }) => name.endsWith('-Data.db'))!;
    await flip(archive, wrong.segment!.offset + wrong.segment!.length - 3);
    // Where the note should be.
    await mkdir(join(bench.backups, '@state', 'verified', `${first.checksum}.json`), { recursive: true });
    const { result, log } = await bench.backup({ tables: ['users'] });
    expect(result).toBe(3);
    expect(log().join('\n')).toMatch(/WARNING - Backup .* is damaged, .*; .* cannot be remembered in /);
    await expectWhole(bench);
  });

  it('of which nothing can be reused leaves a full backup, called so by label, manifest, README and history', async () => {
    const { bench, first, archive } = await backedUp();
    await writeFile(archive, Buffer.alloc(first.archive.size));
    const { log } = await bench.backup({ tables: ['users'] });
    const made = await newest(bench);
    expect(made).toMatchObject({ type: 'full', baseline: null, label: `${first.label}_r1` });
    expect(log()).toContain(
      `INFO - Nothing of backup ${first.label} could be reused: this backup of users is full`,
    );
    const told = `Backup ${made.label} of the Alternator table 'users'`;
    expect(await readFile(join(bench.backups, 'users', 'README.txt'), 'utf8')).toContain(told);
    const history = await readFile(join(bench.backups, '@state', 'history.jsonl'), 'utf8');
    expect(history.trimEnd().split('\n').at(-1)).toContain(`"label":"${made.label}"`);
    expect(await readdir(join(bench.backups, '@state', 'staging'))).toEqual([]);
  });

  it('among several tables leaves a full one under the label of the run, and says so', async () => {
    const { bench, first, archive } = await backedUp();
    await bench.fill('orders', 2);
    await bench.backup({ tables: ['orders'] });
    await writeFile(archive, Buffer.alloc(first.archive.size));
    const { log } = await bench.backup({ tables: ['users', 'orders'] });
    const users = await newest(bench);
    const orders = await manifestIn(join(bench.backups, 'orders'));
    expect([users.type, orders.type, users.label]).toEqual(['full', 'incremental', orders.label]);
    expect(log().filter((line) => line.endsWith('this backup of users is full'))).toHaveLength(1);
    expect(log().filter((line) => line.endsWith('this backup of orders is full'))).toEqual([]);
  });

  it('or a folder of older generations that cannot be read fails its own table only', async () => {
    const { bench } = await backedUp();
    await bench.fill('orders', 2);
    await mkdir(join(bench.backups, '@versions'));
    // Also root cannot follow it.
    await symlink('users', join(bench.backups, '@versions', 'users'));
    const { result, log } = await bench.backup({ tables: ['users', 'orders'] });
    expect(result).toBe(1);
    expect(log().join('\n')).toMatch(/ERROR - \S+@versions\/users cannot be read: ELOOP/);
    expect(await manifestIn(join(bench.backups, 'orders'))).toMatchObject({ type: 'full' });
  });

  it('fails its own table only, too, when that is found out after the snapshot', async () => {
    const { bench } = await backedUp();
    await bench.fill('orders', 2);
    await mkdir(join(bench.backups, '@versions'));
    const snapshot: typeof bench.engine.snapshot = async (...taking) => {
      await symlink('users', join(bench.backups, '@versions', 'users')).catch(() => undefined);
      return bench.engine.snapshot(...taking);
    };
    const { result, log } = await bench.backup({ tables: ['users', 'orders'] }, { engine: { snapshot } });
    expect(result).toBe(1);
    expect(log()).toContain('INFO - ===== Start backup process for users =====');
    expect(log().join('\n')).toMatch(/ERROR - \S+@versions\/users cannot be read: ELOOP/);
    expect(await manifestIn(join(bench.backups, 'orders'))).toMatchObject({ type: 'full' });
  });

  it.each(['cut off', 'gone'])('is no reason to fail where its archive is %s', async (how) => {
    const { bench, archive } = await backedUp();
    if (how === 'gone') await rm(archive);
    else await writeFile(archive, (await readFile(archive)).subarray(0, 30));
    const { result } = await bench.backup({ tables: ['users'] });
    expect(result).toBe(3);
    await expectWhole(bench);
  });

  it('fails the table where just this one was asked for', async () => {
    const { bench, first, archive } = await backedUp();
    const wrong = first.archive.entries.find(({ name }) => name.endsWith('-TOC.txt'))!;
    await flip(archive, wrong.segment!.offset + 30);
    const { result, log } = await bench.backup({ tables: ['users'], baseline: first.label });
    expect(result).toBe(1);
    expect(log().join('\n')).toContain(
      `Backup ${first.label} of 'users' cannot be built on: ${wrong.name}: `,
    );
    expect(await newest(bench)).toEqual(first);
  });

  it('is never used once verify found it invalid: an older one is', async () => {
    const { bench, first } = await backedUp();
    await bench.backup({ tables: ['users'], type: 'full' });
    const store = storeOf(bench);
    const found = await store.find(users);
    const bad = {
      at: new Date().toISOString(),
      depth: 'full',
      state: 'invalid',
      problems: ['x is wrong'],
    } as const;
    await store.rememberVerified(found, bad);
    const { result, log } = await bench.backup({ tables: ['users'] });
    expect(result).toBe(0);
    expect(log()).toContain(
      `INFO - Nothing can be reused of backup ${first.label}_r1 of users: it was found invalid (x is wrong)`,
    );
    expect(await newest(bench)).toMatchObject({ type: 'incremental', baseline: first.label });
    const asked = await bench.backup({ tables: ['users'], baseline: (await manifestIn(found.folder)).label });
    expect(asked.result).toBe(0);
    const refused = await bench.backup({ tables: ['users'], baseline: `${first.label}_r1` });
    expect(refused.result).toBe(1);
    expect(refused.said()).toContain('it was found invalid (x is wrong)');
  });
});

describe('A backup that verify has read to its last byte', () => {
  const judged = (depth: 'quick' | 'full') => ({
    at: '2026-11-21T11:00:00.000Z',
    depth,
    state: 'valid' as const,
    problems: [],
  });

  it('need not be decompressed again when it is copied; one that was looked at quickly need', async () => {
    const { bench } = await backedUp();
    const store = storeOf(bench);
    const openedOnes = async () => {
      const older = await findBaseline(users, { type: 'auto' }, store);
      if (typeof older === 'string') throw new Error(older);
      return entriesOf(older).map(({ segment }) => segment?.opened);
    };
    const found = await store.find(users);
    expect(new Set(await openedOnes())).toEqual(new Set([undefined]));
    await store.rememberVerified(found, judged('quick'));
    expect(new Set(await openedOnes())).toEqual(new Set([undefined]));
    await store.rememberVerified(found, judged('full'));
    expect(new Set(await openedOnes())).toEqual(new Set([true]));
  });
});

describe('An empty table', () => {
  it('is something to build on when the backup of it was empty too: nothing need be copied', async () => {
    const archive = { name: 'users_backup.tar.gz', size: 1, sha256: 'a', entries: [] };
    const made = { table: 'users', label: 'one', directory: '', finishedAt: '2026-11-21T10:00:00.000Z' };
    const manifest = { ...manifestFor(made, archive), checksum: 'c' };
    const folder = { table: users, folder: '/b/users', archive: '/b/users/users_backup.tar.gz' };
    const found = { kind: 'manifest', ...folder, label: 'one', manifest } as const;
    const generation = { found, madeAt: undefined, size: 1, verified: undefined };
    const store = { generations: () => Promise.resolve([generation]) };
    expect(await findBaseline(users, { type: 'incremental' }, store)).toBe(found);
  });
});

describe('--type and --baseline', () => {
  it('TX-24: an incremental one without a backup before is a failed table that says what to do', async () => {
    const bench = await workbench();
    await bench.fill('users', 1);
    const { result, said } = await bench.backup({ tables: ['users'], type: 'incremental' });
    expect(result).toBe(1);
    expect(said()).toContain(
      "There is no backup of 'users' to build on: run a full backup first (--type full)",
    );
    await bench.backup(
      { tables: ['users'] },
      { engine: { snapshot: () => Promise.reject(new Error('no')) } },
    );
    expect((await bench.backup({ tables: ['users'], type: 'incremental' })).result).toBe(1);
  });

  it('TX-25: --baseline names it though a newer one is there; one that is not there is a failed table', async () => {
    const { bench, first } = await backedUp();
    await bench.backup({ tables: ['users'] });
    expect((await bench.backup({ tables: ['users'], baseline: first.label })).result).toBe(0);
    expect(await newest(bench)).toMatchObject({ type: 'incremental', baseline: first.label });
    const { result, said } = await bench.backup({ tables: ['users'], baseline: 'users_19990101_full' });
    expect(result).toBe(1);
    expect(said()).toContain("There is no backup users_19990101_full of 'users' to build on. There are: ");
  });

  it('a baseline for a full backup makes no sense', async () => {
    const { bench, first } = await backedUp();
    const { result } = await bench.backup({ tables: ['users'], type: 'full', baseline: first.label });
    expect(result).toMatchObject({ kind: 'usage' });
  });

  it('a dry run says what it would build on', async () => {
    const { bench, first } = await backedUp();
    const { said } = await bench.backup({ tables: ['users'], dryRun: true });
    expect(said()).toMatch(/^Backup users_\d{8}_incremental from /);
    expect(said()).toContain(`  back up users, what did not change copied from ${first.label}\n`);
  });
});
