import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
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

describe('What is not ours in @state', () => {
  it.each(['staging', 'trash'])(
    'behind a link in the place of @state/%s is never removed: the store is refused, and the link named',
    async (name) => {
      const { work, root, store, publish } = await opened();
      await publish('one', '2026-11-20T10:00:00.000Z');
      const own = join(work, 'own');
      await mkdir(join(own, 'precious'), { recursive: true });
      await mkdir(join(own, '123_0123abcd'));
      await writeFile(join(own, 'notes.md'), 'mine');
      const place = join(root, '@state', name);
      await rm(place, { recursive: true, force: true });
      await symlink(own, place);
      await expect(store.repair()).rejects.toMatchObject({
        kind: 'files',
        message: `${place} is not a directory, but a link or a file`,
        changed: expect.any(String) as string,
        hint: expect.stringContaining(place) as string,
      });
      expect(await readdir(own)).toEqual(['123_0123abcd', 'notes.md', 'precious']);
    },
  );

  it('stays where its name is none that we give, or where it is a link', async () => {
    const { work, root, store } = await opened();
    const [staging, trash] = [join(root, '@state', 'staging'), join(root, '@state', 'trash')];
    await mkdir(join(work, 'own'));
    for (const path of [staging, trash]) {
      await mkdir(join(path, 'my notes'), { recursive: true });
      await writeFile(join(path, 'notes.md'), 'mine');
      await symlink(join(work, 'own'), join(path, 'linked'));
    }
    await mkdir(join(staging, 'users_20261121_full', 'users'), { recursive: true });
    await mkdir(join(staging, 'users_20261122_full', 'my notes'), { recursive: true });
    await mkdir(join(trash, '123_0123abcd', 'x'), { recursive: true });
    expect(await store.repair()).toEqual([
      'removed what an interrupted run left of users_20261121_full',
      'removed the rest of an older generation, 123_0123abcd',
    ]);
    expect(await readdir(staging)).toEqual(['linked', 'my notes', 'notes.md', 'users_20261122_full']);
    expect(await readdir(trash)).toEqual(['linked', 'my notes', 'notes.md']);
    expect(await store.repair()).toEqual([]);
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
