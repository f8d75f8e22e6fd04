import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { partsToReuse } from '../../src/backup/reuse.js';
import { parseTableName } from '../../src/model/table-name.js';
import type { Store } from '../../src/store/store.js';
import { manifestFor, publishBackup, sourcesIn, sstableFolder } from '../support/backup-fixture.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const users = parseTableName('users');
const noProgress = () => undefined;

/** What every store owes the pipelines. A new store is finished when this passes. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  const opened = async () => {
    const store = await open();
    await store.prepare();
    return { store, work: await temporaryDirectory() };
  };
  const publish = async (
    store: Store,
    work: string,
    label: string,
    items: Record<string, unknown> = { a: 1 },
  ) => {
    const directory = await sstableFolder(work, items);
    await publishBackup(store, { table: 'users', label, directory, finishedAt: timeOf(label) });
    return directory;
  };

  describe(`${name} keeps the store contract`, () => {
    it('has a name of its own for snapshot tags, the same each time', async () => {
      const { store } = await opened();
      expect(store.id).toMatch(/^[0-9a-f]{8}$/);
      const before = store.id;
      await store.prepare();
      expect(store.id).toBe(before);
    });

    it('has nothing at first', async () => {
      const { store } = await opened();
      expect(await store.list()).toEqual({ backups: [], unusable: [] });
      expect(await store.labels()).toEqual(new Set());
      await expect(store.find(users)).rejects.toMatchObject({ kind: 'missing' });
    });

    it('gives back what was published, byte for byte', async () => {
      const { store, work } = await opened();
      const directory = await publish(store, work, 'users_20261121_full', { a: 1, b: 'zwei' });
      const backup = await store.find(users);
      expect(backup).toMatchObject({ kind: 'manifest', table: 'users', label: 'users_20261121_full' });
      const target = join(work, 'unpacked');
      await mkdir(target);
      const unpacked = await store.unpack(backup, target, noProgress);
      expect(await contents(target)).toEqual(await contents(directory));
      expect(unpacked.map((file) => file.name).sort()).toEqual((await readdir(directory)).sort());
      expect(await store.readFile(backup, 'table_schema.cql')).toContain('CREATE TABLE');
      expect(await store.readFile(backup, 'nothing.cql')).toBeUndefined();
    });

    it('shows nothing before it is published, and nothing after it was abandoned', async () => {
      const { store, work } = await opened();
      const directory = await sstableFolder(work, { a: 1 });
      const writer = await store.begin(users, 'users_20261121_full');
      await writer.writeFile('table_schema.cql', 'x');
      await writer.archive({ directory, files: await sourcesIn(directory), onProgress: noProgress });
      expect((await store.list()).backups).toEqual([]);
      await writer.abandon();
      await writer.abandon();
      expect((await store.list()).backups).toEqual([]);
      expect(await store.labels()).toEqual(new Set());
    });

    it('keeps a published backup when abandon is called late', async () => {
      const { store, work } = await opened();
      const directory = await sstableFolder(work, { a: 1 });
      await publishBackup(store, { table: 'users', label: 'users_20261121_full', directory });
      const writer = await store.begin(users, 'users_20261121_full_r1');
      await writer.abandon();
      expect((await store.list()).backups).toHaveLength(1);
    });

    it('refuses a label that is taken', async () => {
      const { store, work } = await opened();
      await publish(store, work, 'users_20261121_full');
      await publish(store, work, 'users_20261121_full_r1');
      await expect(store.begin(users, 'users_20261121_full')).rejects.toMatchObject({ kind: 'files' });
    });

    it('keeps the generation before under its label, and gives either', async () => {
      const { store, work } = await opened();
      await publish(store, work, 'users_20261120_full', { old: 1 });
      await publish(store, work, 'users_20261121_full', { new: 2 });
      expect(await store.find(users)).toMatchObject({ label: 'users_20261121_full' });
      expect(await store.find(users, 'users_20261120_full')).toMatchObject({ label: 'users_20261120_full' });
      expect(await store.find(users, 'users_20261121_full')).toMatchObject({ label: 'users_20261121_full' });
      expect(await store.labels()).toEqual(new Set(['users_20261120_full', 'users_20261121_full']));
      expect((await store.list()).backups).toHaveLength(1);
      await expect(store.find(users, 'users_19990101_full')).rejects.toMatchObject({ kind: 'missing' });
    });

    it('lets one run at a time work on it', async () => {
      const { store } = await opened();
      await store.withLock('backup', async () => {
        await expect(store.withLock('restore', async () => 1)).rejects.toMatchObject({
          kind: 'busy',
          message: expect.stringContaining(`process ${process.pid}`) as string,
        });
      });
      expect(await store.withLock('restore', async () => 2)).toBe(2);
    });

    it('frees the lock when the work fails', async () => {
      const { store } = await opened();
      await expect(store.withLock('backup', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(await store.withLock('backup', async () => 3)).toBe(3);
    });

    it('remembers snapshot tags until they are forgotten', async () => {
      const { store } = await opened();
      await store.noteSnapshot('altbk_12345678_run', ['alternator_users', 'alternator_a.b']);
      expect(await store.notedSnapshots()).toEqual([
        { tag: 'altbk_12345678_run', keyspaces: ['alternator_users', 'alternator_a.b'] },
      ]);
      await store.forgetSnapshot('altbk_12345678_run');
      await store.forgetSnapshot('altbk_12345678_run');
      expect(await store.notedSnapshots()).toEqual([]);
    });

    it('surveys the newest backup of each table and counts its generations, the newest first', async () => {
      const { store, work } = await opened();
      expect(await store.survey()).toEqual([]);
      expect(await store.generations(users)).toEqual([]);
      await publish(store, work, 'users_20261120_full', { old: 1 });
      await publish(store, work, 'users_20261121_full', { new: 2 });
      await publish(store, work, 'users_20261122_full', { newer: 3 });
      const [surveyed, ...others] = await store.survey();
      expect(others).toEqual([]);
      expect(surveyed).toMatchObject({
        table: 'users',
        versions: 3,
        newest: {
          found: { kind: 'manifest', label: 'users_20261122_full' },
          madeAt: new Date('2026-11-22T10:00:00.000Z'),
        },
      });
      const generations = await store.generations(users);
      expect(generations.map(({ found }) => 'label' in found && found.label)).toEqual([
        'users_20261122_full',
        'users_20261121_full',
        'users_20261120_full',
      ]);
      expect(generations[0]).toEqual(surveyed?.newest);
      for (const { size, verified } of generations) {
        expect(size).toBeGreaterThan(100);
        expect(verified).toBeUndefined();
      }
    });

    it('is there once it was prepared, and rejects with what a missing one is before', async () => {
      const store = await open();
      await expect(store.expectThere()).rejects.toMatchObject({ kind: 'missing' });
      await store.prepare();
      await store.expectThere();
    });

    it('verifies each generation, and finds a published backup whole', async () => {
      const { store, work } = await opened();
      await publish(store, work, 'users_20261120_full', { old: 1 });
      await publish(store, work, 'users_20261121_full', { new: 2 });
      for (const label of ['users_20261120_full', 'users_20261121_full']) {
        const backup = await store.find(users, label);
        for (const depth of ['quick', 'full'] as const)
          expect(await store.verify(backup, depth, noProgress)).toMatchObject({ problems: [], unproven: [] });
      }
    });

    it('says "moved", not "damaged", of a backup that was replaced since it was found', async () => {
      const { store, work } = await opened();
      await publish(store, work, 'users_20261120_full', { old: 1 });
      const stale = await store.find(users);
      await publish(store, work, 'users_20261121_full', { new: 2 });
      const found = await store.find(users, 'users_20261120_full');
      expect(found.folder).not.toBe(stale.folder);
      expect(await store.verify(found, 'full', noProgress)).toMatchObject({ problems: [] });
      expect(await store.verify(stale, 'full', noProgress)).toBe('moved');
    });

    it('remembers what a verification found of this very backup, and a quick look takes no full one away', async () => {
      const { store, work } = await opened();
      await publish(store, work, 'users_20261120_full', { old: 1 });
      const backup = await store.find(users);
      expect(await store.verified(backup)).toBeUndefined();
      const full = { at: '2026-11-21T10:00:00.000Z', depth: 'full', state: 'valid', problems: [] } as const;
      await store.rememberVerified(backup, full);
      expect(await store.verified(backup)).toEqual(full);
      await store.rememberVerified(backup, { ...full, depth: 'quick' });
      expect(await store.verified(backup)).toEqual(full);
      await publish(store, work, 'users_20261121_full', { new: 2 });
      expect(await store.verified(await store.find(users))).toBeUndefined();
      expect(await store.verified(await store.find(users, 'users_20261120_full'))).toEqual(full);
      const damaged = { ...full, depth: 'quick', state: 'invalid', problems: ['x is missing'] } as const;
      await store.rememberVerified(await store.find(users, 'users_20261120_full'), damaged);
      expect(await store.verified(await store.find(users, 'users_20261120_full'))).toEqual(damaged);
    });

    it('copies what a backup before has of an archive, which may be pruned then', async () => {
      const { store, work } = await opened();
      const directory = await publish(store, work, 'users_20261120_full', { a: 1 });
      const baseline = await store.find(users);
      if (baseline.kind !== 'manifest') throw new Error('unreachable: it was published');
      const writer = await store.begin(users, 'users_20261121_incremental');
      const names = await readdir(directory);
      const source = { directory, files: await sourcesIn(directory), onProgress: noProgress };
      const parts = await partsToReuse(directory, names, baseline.manifest.archive.entries);
      const damaged: string[] = [];
      const onDamaged = (_name: string | null, problem: string) => void damaged.push(problem);
      const archive = await writer.archive({ ...source, reuse: { baseline, parts, onDamaged } });
      expect(archive.entries.map(({ name, reused }) => [name, reused])).toEqual(
        names.sort().map((name) => [name, true]),
      );
      expect(damaged).toEqual([]);
      const made = { table: 'users', label: 'users_20261121_incremental', directory };
      await writer.publish(manifestFor({ ...made, finishedAt: timeOf(made.label) }, archive));
      expect(await store.verify(await store.find(users), 'full', noProgress)).toMatchObject({ problems: [] });
    });

    it('refuses to publish over a newer generation, and leaves everything as it was', async () => {
      const { store, work } = await opened();
      await publish(store, work, 'users_20261121_full', { new: 2 });
      await expect(publish(store, work, 'users_20261120_full', { old: 1 })).rejects.toMatchObject({
        kind: 'refused',
      });
      expect(await store.find(users)).toMatchObject({ label: 'users_20261121_full' });
      expect(await store.generations(users)).toHaveLength(1);
    });

    it('remembers the work directory that a restore used last, also when it is opened anew', async () => {
      const { store } = await opened();
      expect(await store.notedWorkDirectory()).toBeUndefined();
      await store.noteWorkDirectory('/var/lib/scylla/alternator-backup');
      await store.noteWorkDirectory('/var/lib/scylla/alternator-backup');
      expect(await store.notedWorkDirectory()).toBe('/var/lib/scylla/alternator-backup');
      await store.noteWorkDirectory('/data/a b/ü');
      await store.prepare();
      expect(await store.notedWorkDirectory()).toBe('/data/a b/ü');
      expect(await store.list()).toEqual({ backups: [], unusable: [] });
    });

    it('has nothing to repair when nothing was cut off', async () => {
      const { store, work } = await opened();
      await publish(store, work, 'users_20261121_full');
      expect(await store.repair()).toEqual([]);
      expect((await store.list()).backups).toHaveLength(1);
    });

    it('removes what an interrupted run left, and keeps the backup before', async () => {
      const { store, work } = await opened();
      await publish(store, work, 'users_20261120_full');
      const directory = await sstableFolder(work, { b: 2 });
      const writer = await store.begin(users, 'users_20261121_full');
      await writer.archive({ directory, files: await sourcesIn(directory), onProgress: noProgress });
      expect((await store.repair()).join()).toContain('users_20261121_full');
      expect(await store.find(users)).toMatchObject({ label: 'users_20261120_full' });
      await publish(store, work, 'users_20261121_full', { b: 2 });
      expect(await store.find(users)).toMatchObject({ label: 'users_20261121_full' });
    });
  });
}

/** Later labels of a test are later backups. */
const timeOf = (label: string): string =>
  `${label.replace(/^\w+?_(\d{4})(\d\d)(\d\d)_.*$/, '$1-$2-$3')}T10:00:00.000Z`;

async function contents(directory: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(directory)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'base64')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
}
