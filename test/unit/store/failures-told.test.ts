import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { directoryStore } from '../../../src/store/directory-store.js';
import { systemClock } from '../../../src/system/wait.js';
import { publishBackup, sourcesIn, sstableFolder } from '../../support/backup-fixture.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const users = parseTableName('users');

async function opened() {
  const work = await temporaryDirectory();
  const root = join(work, 'backups');
  const { signal } = new AbortController();
  const store = directoryStore({ root, keepVersions: 7, clock: systemClock, signal });
  await store.prepare();
  const directory = await sstableFolder(work, { a: 1 });
  return { work, root, store, directory };
}

/** Any sentence will do: what it says is proven where it is printed. */
const sentence = expect.stringMatching(/^[A-Z].*[.?]$/) as string;
const TOLD = { changed: sentence, hint: sentence };

describe('A backup that cannot be unpacked', () => {
  async function unpacking(spoil: (archive: string, folder: string) => Promise<void>) {
    const { work, root, store, directory } = await opened();
    await publishBackup(store, { table: 'users', label: 'one', directory });
    const backup = await store.find(users);
    const out = join(work, 'out');
    await mkdir(out);
    await spoil(backup.archive, join(root, 'users'));
    return { archive: backup.archive, work: store.unpack(backup, out, () => undefined) };
  }

  it.each(['with a flipped byte', 'cut off', 'of another length'])(
    'since its archive is %s: the archive is named, and what was changed and what to do',
    async (how) => {
      const { archive, work } = await unpacking(async (path) => {
        const bytes = await readFile(path);
        if (how.startsWith('with')) bytes[40]! ^= 1;
        const spoilt = how === 'cut off' ? bytes.subarray(0, 60) : bytes;
        await writeFile(path, how.startsWith('of') ? Buffer.concat([bytes, Buffer.alloc(3)]) : spoilt);
      });
      await expect(work).rejects.toMatchObject({
        kind: 'damaged',
        message: expect.stringContaining(archive) as string,
        changed: 'Nothing of this backup was loaded, and nothing in it was changed.',
        hint: expect.stringContaining('--from LABEL: alternator-backup list -- users') as string,
      });
    },
  );

  it('since its archive is gone: no unexpected error, but one of files, with what to do', async () => {
    const { archive, work } = await unpacking((path) => rm(path));
    const message = `${archive} cannot be read: No such file or directory`;
    await expect(work).rejects.toMatchObject({ kind: 'files', message, ...TOLD });
  });

  it('since it has no manifest and is no archive: the same', async () => {
    const { work, root, store } = await opened();
    const folder = join(root, 'users');
    await mkdir(folder);
    await writeFile(join(folder, 'table_schema.cql'), 'x');
    await writeFile(join(folder, 'users_backup.tar.gz'), 'nonsense');
    const out = join(work, 'out');
    await mkdir(out);
    await expect(store.unpack(await store.find(users), out, () => undefined)).rejects.toMatchObject({
      kind: 'damaged',
      ...TOLD,
    });
  });
});

describe('A backup that cannot be archived', () => {
  it('says what was changed and what to do: a folder among the files, one that is gone, a label that is taken', async () => {
    const { store, directory } = await opened();
    await publishBackup(store, { table: 'users', label: 'one', directory });
    const files = await sourcesIn(directory);
    for (const [label, spoil] of [
      ['a', (path: string) => rm(path).then(() => mkdir(path))],
      ['b', (path: string) => rm(path, { recursive: true })],
    ] as const) {
      const writer = await store.begin(users, label);
      await spoil(join(directory, files[0]!.name));
      const archiving = writer.archive({ directory, files, onProgress: () => undefined });
      await expect(archiving).rejects.toMatchObject({ kind: 'files', ...TOLD });
    }
    await expect(store.begin(users, 'a')).rejects.toMatchObject({ kind: 'files', ...TOLD });
  });
});
