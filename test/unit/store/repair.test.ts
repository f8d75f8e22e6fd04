import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { directoryStore } from '../../../src/store/directory-store.js';
import { systemClock } from '../../../src/system/wait.js';
import { manifestFor, publishBackup, sourcesIn, sstableFolder } from '../../support/backup-fixture.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const users = parseTableName('users');

async function opened() {
  const work = await temporaryDirectory();
  const root = join(work, 'backups');
  const store = directoryStore({
    root,
    keepVersions: 7,
    clock: systemClock,
    signal: new AbortController().signal,
  });
  await store.prepare();
  const publish = async (label: string, finishedAt: string) => {
    const directory = await sstableFolder(work, { [label]: 1 });
    await publishBackup(store, { table: 'users', label, directory, finishedAt });
  };
  return { work, root, store, publish };
}

describe('A crash between the two renames of publishing', () => {
  it('is finished when the new generation is whole', async () => {
    const { work, root, store, publish } = await opened();
    await publish('one', '2026-11-20T10:00:00.000Z');
    await publish('two', '2026-11-21T10:00:00.000Z');
    // As it is after the first rename: the new one still in staging, the old one among the versions.
    const staging = join(root, '@state', 'staging', 'two');
    await mkdir(staging, { recursive: true });
    await rename(join(root, 'users'), join(staging, 'users'));
    expect(await readdir(root)).not.toContain('users');
    expect(await store.repair()).toContain('finished publishing backup two of users, which was cut off');
    expect(await store.find(users)).toMatchObject({ label: 'two' });
    expect(await store.find(users, 'one')).toMatchObject({ label: 'one' });
    expect(await readdir(join(root, '@state', 'staging'))).toEqual([]);
    expect(work).toBeTruthy();
  });

  it('is undone when the new generation is not whole: the newest older one comes back', async () => {
    const { work, root, store, publish } = await opened();
    await publish('one', '2026-11-19T10:00:00.000Z');
    await publish('two', '2026-11-20T10:00:00.000Z');
    await publish('three', '2026-11-21T10:00:00.000Z');
    await rename(join(root, 'users'), join(work, 'lost'));
    expect(await store.repair()).toEqual([
      'put back backup two of users: publishing a newer one was cut off',
    ]);
    expect(await store.find(users)).toMatchObject({ label: 'two' });
  });

  it('leaves alone what is in staging without a manifest, but removes it', async () => {
    const { work, root, store, publish } = await opened();
    await publish('one', '2026-11-20T10:00:00.000Z');
    const writer = await store.begin(users, 'two');
    const directory = await sstableFolder(work, { a: 1 });
    const archive = await writer.archive({
      directory,
      files: await sourcesIn(directory),
      onProgress: () => undefined,
    });
    expect(manifestFor({ table: 'users', label: 'two', directory }, archive).label).toBe('two');
    await store.repair();
    expect(await readdir(join(root, '@state', 'staging'))).toEqual([]);
    expect(await store.find(users)).toMatchObject({ label: 'one' });
  });
});

describe('Folders in the store', () => {
  it('that are no backups are named with the reason (R-30, T-40)', async () => {
    const { root, store, publish } = await opened();
    await publish('one', '2026-11-20T10:00:00.000Z');
    await mkdir(join(root, 'broken'));
    await mkdir(join(root, 'x y'));
    const { backups, unusable } = await store.list();
    expect(backups.map(({ table }) => table)).toEqual(['users']);
    expect(unusable).toEqual([
      { table: 'broken', folder: join(root, 'broken'), problem: 'broken_backup.tar.gz is missing' },
    ]);
  });
});
