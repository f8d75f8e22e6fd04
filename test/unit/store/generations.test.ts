import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { directoryStore } from '../../../src/store/directory-store.js';
import { systemClock } from '../../../src/system/wait.js';
import { publishBackup, sstableFolder } from '../../support/backup-fixture.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const users = parseTableName('users');

async function opened(keepVersions = 7) {
  const work = await temporaryDirectory();
  const root = join(work, 'backups');
  const open = (keep: number) =>
    directoryStore({ root, keepVersions: keep, clock: systemClock, signal: new AbortController().signal });
  const store = open(keepVersions);
  await store.prepare();
  const publish = async (label: string, day: number) => {
    const directory = await sstableFolder(work, { [label]: 1 });
    const finishedAt = `2026-11-${day}T10:00:00.000Z`;
    await publishBackup(store, { table: 'users', label, directory, finishedAt });
  };
  const labels = async () =>
    (await store.generations(users)).map(({ found }) => ('label' in found ? found.label : found.folder));
  return { work, root, store, open, publish, labels };
}

describe('Publishing over a generation that is newer', () => {
  it('is refused with both times, and nothing is changed: two nodes, or a clock that went back', async () => {
    const { root, store, publish, labels } = await opened();
    await publish('one', 20);
    await publish('three', 22);
    await expect(publish('two', 21)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /two .* is not published over three, which is newer: finished 2026-11-22/,
      ) as string,
    });
    expect(await labels()).toEqual(['three', 'one']);
    await store.repair();
    expect(await labels()).toEqual(['three', 'one']);
    expect(await readdir(join(root, '@versions', 'users'))).toEqual(['one']);
  });

  it('is refused too where a later version of the tool wrote it; an older one of that kind keeps its label', async () => {
    const { root, publish, labels } = await opened();
    await publish('one', 20);
    const path = join(root, 'users', 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8')) as object;
    const rewrite = (change: object) =>
      writeFile(path, JSON.stringify({ ...manifest, format: 2, ...change }));
    await rewrite({ finishedAt: '2026-11-29T10:00:00.000Z' });
    await expect(publish('two', 21)).rejects.toMatchObject({ kind: 'refused' });
    await rewrite({ finishedAt: '2026-11-19T10:00:00.000Z' });
    await publish('three', 22);
    expect(await readdir(join(root, '@versions', 'users'))).toEqual(['one']);
    expect((await labels())[0]).toBe('three');
  });
});

describe('--keep-versions', () => {
  it('never removes a generation without a readable manifest, or without its archive, and does not count it', async () => {
    const { root, publish } = await opened(2);
    for (const [at, label] of ['one', 'two'].entries()) await publish(label, 11 + at);
    const versions = join(root, '@versions', 'users');
    await writeFile(join(versions, 'one', 'manifest.json'), '{');
    await publish('three', 13);
    await rm(join(versions, 'two', 'users_backup.tar.gz'));
    await publish('four', 14);
    await publish('five', 15);
    expect(await readdir(versions)).toEqual(['four', 'one', 'two']);
  });

  it('a generation that was found damaged takes no good one’s place', async () => {
    const { store, publish, labels } = await opened(2);
    await publish('one', 11);
    await publish('two', 12);
    const verified = { at: '2026-11-12T11:00:00.000Z', depth: 'full', problems: ['x'] } as const;
    await store.rememberVerified(await store.find(users, 'two'), { ...verified, state: 'invalid' });
    await publish('three', 13);
    expect(await labels()).toEqual(['three', 'two', 'one']);
    await publish('four', 14);
    expect(await labels()).toEqual(['four', 'three']);
  });

  it('of 1 with a damaged generation among the older ones leaves the one that was just proven', async () => {
    const { publish, labels } = await opened(1);
    await publish('one', 11);
    await publish('two', 12);
    expect(await labels()).toEqual(['two']);
  });
});

describe('A table with a name as long as names may be', () => {
  it('loses its old generations as others do: what is on its way out has a short name', async () => {
    const { work, root, open } = await opened();
    const table = 'n'.repeat(150);
    const store = open(2);
    for (const day of [11, 12, 13, 14]) {
      const directory = await sstableFolder(work, { day });
      const label = `${table}_202611${day}_full`;
      await publishBackup(store, { table, label, directory, finishedAt: `2026-11-${day}T10:00:00.000Z` });
    }
    expect(await readdir(join(root, '@versions', table))).toEqual([`${table}_20261113_full`]);
    expect(await readdir(join(root, '@state', 'trash'))).toEqual([]);
  });
});

describe('A newest generation that is damaged', () => {
  it.each([
    ['the raw schema and a README', ['README.txt', 'alternator_schema.json']],
    ['a README', ['README.txt']],
  ])('of which only %s are left is shown as one that cannot be used', async (_what, left) => {
    const { root, store, publish } = await opened();
    await publish('one', 20);
    await publish('two', 21);
    const folder = join(root, 'users');
    for (const name of await readdir(folder)) await rm(join(folder, name));
    for (const name of left) await writeFile(join(folder, name), 'x');
    expect(await store.survey()).toMatchObject([
      { table: 'users', versions: 2, newest: { found: { folder, problem: expect.any(String) as string } } },
    ]);
    expect(await store.generations(users)).toMatchObject([
      { found: { folder, problem: expect.any(String) as string } },
      { found: { label: 'one' } },
    ]);
    await expect(store.find(users)).rejects.toMatchObject({ kind: 'damaged' });
    expect(await store.find(users, 'one')).toMatchObject({ label: 'one' });
  });

  it('is found by its label, as damaged, though its manifest cannot be trusted', async () => {
    const { root, store, publish } = await opened();
    await publish('one', 20);
    await publish('two', 21);
    const path = join(root, 'users', 'manifest.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('127.0.0.1', '127.0.0.2'));
    await expect(store.find(users, 'two')).rejects.toMatchObject({ kind: 'damaged' });
    await expect(store.find(users, 'three')).rejects.toMatchObject({ kind: 'missing' });
    expect(await store.find(users, 'one')).toMatchObject({ label: 'one' });
  });
});

describe('A file of a backup', () => {
  it.each(['a folder', 'a link that leads nowhere'])('that is %s is damage, and says which', async (what) => {
    const { root, store, publish } = await opened();
    await publish('one', 20);
    const path = join(root, 'users', 'keyspace.cql');
    if (what === 'a folder') await mkdir(path);
    else await symlink('/no/such/file', path);
    await expect(store.readFile(await store.find(users), 'keyspace.cql')).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringContaining(path) as string,
    });
  });
});

describe('What lies where only generations should', () => {
  it('a file among the folders stops no command', async () => {
    const { root, store, publish, labels } = await opened();
    await publish('one', 20);
    await mkdir(join(root, '@versions', 'users'), { recursive: true });
    await writeFile(join(root, '@versions', 'users', 'notes.txt'), 'x');
    await writeFile(join(root, '@versions', 'notes.txt'), 'x');
    await mkdir(join(root, '@state', 'staging'), { recursive: true });
    await writeFile(join(root, '@state', 'staging', 'stray'), 'x');
    await mkdir(join(root, '@probe-12345'));
    await store.repair();
    expect(await readdir(root)).toEqual(['@state', '@versions', 'users']);
    await publish('two', 21);
    expect(await labels()).toEqual(['two', 'one']);
    expect(await store.labels()).toEqual(new Set(['one', 'two']));
  });

  it('a cut-off publishing puts back an older generation that can be used rather than a newer one that cannot', async () => {
    const { root, work, store, publish } = await opened();
    await publish('one', 20);
    await publish('two', 21);
    await publish('three', 22);
    await rename(join(root, 'users'), join(work, 'lost'));
    await rm(join(root, '@versions', 'users', 'two', 'users_backup.tar.gz'));
    expect(await store.find(users)).toMatchObject({ label: 'one' });
    expect(await store.repair()).toEqual([
      'put back backup one of users: publishing a newer one was cut off',
    ]);
  });
});
