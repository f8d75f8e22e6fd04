import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { directoryStore } from '../../../src/store/directory-store.js';
import { layoutOf } from '../../../src/store/layout.js';
import { publishBackup as publish } from '../../../src/store/publish.js';
import { publishBackup, sstableFolder } from '../../support/backup-fixture.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { fastClock, workbench } from '../../support/workbench.js';

const users = parseTableName('users');
const { signal } = new AbortController();
const open = (root: string) => directoryStore({ root, keepVersions: 7, clock: fastClock, signal });

/** A backup of which somebody removed everything but these files. */
async function robbed(left: readonly string[]) {
  const bench = await workbench();
  await bench.fill('users', 2);
  await bench.backup({ tables: ['users'] });
  const folder = join(bench.backups, 'users');
  for (const name of await readdir(folder)) if (!left.includes(name)) await rm(join(folder, name));
  expect(await readdir(folder)).toEqual(left);
  return { bench, folder, store: open(bench.backups) };
}

describe('A backup of which only the README.txt is left', () => {
  it('is shown as one that cannot be used: its data is gone, and somebody should know', async () => {
    const { folder, store } = await robbed(['README.txt']);
    const found = { table: 'users', folder, problem: 'users_backup.tar.gz is missing' };
    expect(await store.survey()).toMatchObject([{ table: 'users', versions: 1, newest: { found } }]);
    expect(await store.generations(users)).toMatchObject([{ found }]);
    expect((await store.list()).unusable).toMatchObject([found]);
    await expect(store.find(users)).rejects.toMatchObject({ kind: 'damaged' });
  });

  it.each([{ left: ['README.txt'] }, { left: [] }])(
    'does not stop a backup, and makes no generation of its own ($left)',
    async ({ left }) => {
      const { bench, store } = await robbed(left);
      const { result, log } = await bench.backup({ tables: ['users'] });
      expect([result, log().filter((line) => line.includes('WARNING'))]).toEqual([0, []]);
      expect(await store.survey()).toMatchObject([{ versions: 1, newest: { found: { kind: 'manifest' } } }]);
      expect(await store.generations(users)).toHaveLength(1);
      expect(await readdir(join(bench.backups, '@state', 'trash'))).toEqual([]);
      expect(await readdir(bench.backups)).not.toContain('@versions');
    },
  );

  it('goes back where it was when the new backup cannot take its place', async () => {
    const { bench, folder } = await robbed(['README.txt']);
    const layout = layoutOf(bench.backups);
    // Nothing can be renamed into itself.
    const publishing = publish({
      layout,
      table: 'users',
      label: 'one',
      directory: bench.backups,
      keepVersions: 7,
    });
    await expect(publishing).rejects.toMatchObject({ code: 'EINVAL' });
    expect(await readdir(folder)).toEqual(['README.txt']);
  });
});

describe('A folder of somebody’s own, with the name of a table', () => {
  it.each([
    ['notes', { 'notes.md': 'mine', 'README.txt': 'Backup of my notes' }],
    ['a README.txt of another table', { 'README.txt': "Backup x of the Alternator table 'orders'\n" }],
    ['a README.txt without a word of ours', { 'README.txt': 'mine' }],
  ])('with %s is no backup; one of that table sets it aside whole, and says where', async (_what, files) => {
    const bench = await workbench();
    await bench.fill('users', 2);
    const folder = join(bench.backups, 'users');
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const store = open(bench.backups);
    expect(await store.survey()).toEqual([]);
    const { result, log } = await bench.backup({ tables: ['users'] });
    expect(result).toBe(3);
    const [, aside = ''] = /What lay in \S+ was no backup; it lies in (\S+) now/.exec(log().join('\n')) ?? [];
    expect((await readdir(aside)).sort()).toEqual(Object.keys(files).sort());
    for (const [name, text] of Object.entries(files))
      expect(await readFile(join(aside, name), 'utf8')).toBe(text);
    expect(await store.survey()).toMatchObject([{ versions: 1 }]);
    expect(await store.generations(users)).toHaveLength(1);
    await store.prepare();
    expect(await store.repair()).toEqual([]);
    expect(await readdir(aside)).toHaveLength(Object.keys(files).length);
  });

  it('is set aside under a name of its own each time', async () => {
    const root = join(await temporaryDirectory(), 'backups');
    const store = open(root);
    await store.prepare();
    for (const round of [1, 2]) {
      await rm(join(root, 'users'), { recursive: true, force: true });
      await mkdir(join(root, 'users'));
      await writeFile(join(root, 'users', 'notes.md'), `${round}`);
      const directory = await sstableFolder(await temporaryDirectory(), { a: 1 });
      await publishBackup(store, { table: 'users', label: `label${round}`, directory });
    }
    const aside = await readdir(join(root, '@state', 'set-aside'));
    expect(aside).toEqual([
      expect.stringMatching(/^\d{8}_users$/),
      expect.stringMatching(/^\d{8}_users_r1$/),
    ]);
  });
});
