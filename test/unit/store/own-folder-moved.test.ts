import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { directoryStore } from '../../../src/store/directory-store.js';
import type { Store } from '../../../src/store/store.js';
import { systemClock } from '../../../src/system/wait.js';
import { manifestFor, publishBackup, sourcesIn, sstableFolder } from '../../support/backup-fixture.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** Counts what changes something on the disk; at none left the process is dead. And renames that the disk refuses. */
const life = vi.hoisted(() => ({ left: Infinity, refused: [] as string[] }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<Record<string, (...args: unknown[]) => Promise<unknown>>>();
  const mortal = Object.fromEntries(
    ['rename', 'mkdir', 'rm', 'rmdir', 'open'].map((name) => [
      name,
      (...args: unknown[]) => {
        life.left -= 1;
        if (life.left < 0) return Promise.reject(new Error('killed'));
        if (name === 'rename' && life.refused.includes(String(args[1])))
          return Promise.reject(Object.assign(new Error('EIO: i/o error, rename'), { code: 'EIO' }));
        return real[name]?.(...args);
      },
    ]),
  );
  return { ...real, ...mortal };
});

beforeEach(() => {
  life.left = Infinity;
  life.refused = [];
});

const users = parseTableName('users');

const open = (root: string): Store =>
  directoryStore({ root, keepVersions: 7, clock: systemClock, signal: new AbortController().signal });

/** As a backup does it: what is told is told before `abandon`. */
async function begun(store: Store, work: string, day: string) {
  const directory = await sstableFolder(work, { [day]: 1 });
  const writer = await store.begin(users, day);
  const archive = await writer.archive({
    directory,
    files: await sourcesIn(directory),
    onProgress: () => undefined,
  });
  const files = [
    await writer.writeFile('table_schema.cql', 'CREATE TABLE "ks"."t" (pk text PRIMARY KEY);\n'),
  ];
  const made = { table: 'users', label: day, directory, finishedAt: `${day}T10:00:00.000Z` };
  return { writer, manifest: { ...manifestFor(made, archive), files } };
}

const FOREIGN = { 'notes.md': 'mine', 'todo.txt': 'water the plants' };
/** Looks like one of ours by a name, and is none. */
const UNUSABLE = { 'manifest.json': '{"name":"my web app"}', 'index.html': '<p>mine</p>' };

async function storeWith(own: Readonly<Record<string, string>>, hasOlder: boolean) {
  const work = await temporaryDirectory();
  const root = join(work, 'backups');
  const store = open(root);
  await store.prepare();
  const older = { table: 'users', label: '2026-11-18', finishedAt: '2026-11-18T10:00:00.000Z' };
  if (hasOlder) {
    await publishBackup(store, { ...older, directory: await sstableFolder(work, { a: 1 }) });
    await mkdir(join(root, '@versions', 'users'), { recursive: true });
    const { rename } = await import('node:fs/promises');
    await rename(join(root, 'users'), join(root, '@versions', 'users', older.label));
  }
  await mkdir(join(root, 'users'));
  for (const [name, text] of Object.entries(own)) await writeFile(join(root, 'users', name), text);
  return { work, root, store };
}

/** Every folder in the store that holds all of these files as they were. */
async function foldersWith(root: string, own: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const names = Object.keys(own).sort();
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isDirectory())) {
    const folder = join(entry.parentPath, entry.name);
    if ((await readdir(folder)).sort().join() !== names.join()) continue;
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    if (texts.every((text, index) => text === own[names[index] ?? ''])) found.push(folder);
  }
  return found;
}

const CASES = [
  { what: 'no backup, in the place of the first one', own: FOREIGN, hasOlder: false },
  { what: 'no backup, in front of an older generation', own: FOREIGN, hasOlder: true },
  { what: 'a manifest of something else, in the place of the first one', own: UNUSABLE, hasOlder: false },
  { what: 'a manifest of something else, in front of an older generation', own: UNUSABLE, hasOlder: true },
] as const;

describe('A folder of somebody’s own in the place of a backup', () => {
  it.each(CASES)('($what) is moved whole, and a sentence says where', async ({ own, hasOlder }) => {
    const { work, root, store } = await storeWith(own, hasOlder);
    const { writer, manifest } = await begun(store, work, '2026-11-20');
    const told = await writer.publish(manifest);
    await writer.abandon();
    const [folder = '?', ...others] = await foldersWith(root, own);
    expect(others).toEqual([]);
    expect(folder).not.toBe(join(root, 'users'));
    expect(told).toEqual([expect.stringMatching(/^What lay in \S+\/users .*no backup/)]);
    expect(told[0]).toContain(`it lies in ${folder} now`);
    expect(await store.repair()).toEqual([]);
  });

  it.each(CASES)(
    '($what) is never moved without a word, wherever the process dies',
    { timeout: 240_000 },
    async ({ own, hasOlder }) => {
      for (let left = 0; ; left += 1) {
        const { work, root, store } = await storeWith(own, hasOlder);
        const { writer, manifest } = await begun(store, work, '2026-11-20');
        const told: string[] = [];
        life.left = left;
        const publishing = async () => {
          told.push(...(await writer.publish(manifest)));
          await writer.abandon();
        };
        await publishing().catch(() => undefined);
        const isOver = life.left >= 0;
        life.left = Infinity;

        const next = open(root);
        await next.prepare();
        told.push(...(await next.repair()));
        expect(await next.repair()).toEqual([]);
        const again = await begun(next, work, '2026-11-21');
        told.push(...(await again.writer.publish(again.manifest)));
        await again.writer.abandon();
        const [folder = '?', ...others] = await foldersWith(root, own);
        expect([left, others]).toEqual([left, []]);
        expect(told.join('\n'), `after ${left} steps`).toContain(`it lies in ${folder} now`);
        expect(await next.find(users)).toMatchObject({ label: '2026-11-21' });
        if (isOver) break;
      }
    },
  );
});

describe('A backup that cannot take the place of what it moved away, which cannot go back either', () => {
  it.each([
    ...CASES.map((each) => ({ ...each, says: /What lay in \S+users, which is no backup.*, lies whole in/ })),
    {
      what: 'a generation',
      own: undefined,
      hasOlder: true,
      says: /^The backup before lies whole in \S+@versions/,
    },
    { what: 'an empty folder', own: {}, hasOlder: false, says: /^No backup was there before/ },
  ])(
    '($what): the failure says what becomes of it, and so it does',
    async ({ what, own, hasOlder, says }) => {
      const { work, root, store } = await storeWith(own ?? {}, hasOlder);
      if (what === 'a generation') await store.repair();
      const { rm, rename } = await import('node:fs/promises');
      if (own === undefined) {
        await rm(join(root, 'users'), { recursive: true });
        await rename(join(root, '@versions', 'users', '2026-11-18'), join(root, 'users'));
      }
      const { writer, manifest } = await begun(store, work, '2026-11-20');
      life.refused = [join(root, 'users')];
      const failure = await writer.publish(manifest).catch((error: unknown) => error);
      life.refused = [];
      await writer.abandon();
      expect(failure).toMatchObject({
        kind: 'files',
        message: expect.stringMatching(/could not be put in its place: .*; nor/) as string,
        changed: expect.stringMatching(says) as string,
      });
      const { hint = '' } = failure as { readonly hint?: string };
      await store.repair();
      if (own === undefined) expect(await store.find(users)).toMatchObject({ label: '2026-11-18' });
      else if (what === 'an empty folder') expect(hint).not.toMatch(/next run/);
      else {
        expect(hint).toMatch(/^The next run puts it back/);
        const [folder] = await foldersWith(root, own);
        if (!hasOlder) expect(folder).toBe(join(root, 'users'));
        else expect(await store.find(users)).toMatchObject({ label: '2026-11-18' });
      }
    },
  );
});
