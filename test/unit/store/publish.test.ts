import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { directoryStore } from '../../../src/store/directory-store.js';
import { systemClock } from '../../../src/system/wait.js';
import { manifestFor, publishBackup, sourcesIn, sstableFolder } from '../../support/backup-fixture.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const users = parseTableName('users');

describe('A manifest that nobody could read again', () => {
  it('is noticed before anything is published: the backup before stays the newest', async () => {
    const work = await temporaryDirectory();
    const root = join(work, 'backups');
    const { signal } = new AbortController();
    const store = directoryStore({ root, keepVersions: 7, clock: systemClock, signal });
    await store.prepare();
    const directory = await sstableFolder(work, { a: 1 });
    await publishBackup(store, { table: 'users', label: 'one', directory });

    const writer = await store.begin(users, 'two');
    const files = await sourcesIn(directory);
    const archive = await writer.archive({ directory, files, onProgress: () => undefined });
    const manifest = manifestFor({ table: 'users', label: 'two', directory }, archive);
    // JSON has no such number: it would be written as null.
    const unreadable = { ...manifest, totals: { ...manifest.totals, bytes: Number.NaN } };
    await expect(writer.publish(unreadable)).rejects.toThrow('totals.bytes');
    expect(await readdir(writer.directory)).toEqual(['users_backup.tar.gz']);
    expect(await store.find(users)).toMatchObject({ label: 'one' });
    expect(await readdir(root)).not.toContain('@versions');
  });
});
