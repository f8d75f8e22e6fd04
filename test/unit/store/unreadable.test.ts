import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { layoutOf } from '../../../src/store/layout.js';
import { directoryStore } from '../../../src/store/directory-store.js';
import { systemClock } from '../../../src/system/wait.js';
import { workbench } from '../../support/workbench.js';

/** Paths that may not be read, as for somebody who is not root, and the code that tells so. */
const closed = vi.hoisted(() => ({ paths: [] as string[], code: 'EACCES' }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<Record<string, (...args: unknown[]) => Promise<unknown>>>();
  const guarded = Object.fromEntries(
    ['readdir', 'readFile', 'access'].map((name) => [
      name,
      (path: string, ...rest: unknown[]) =>
        closed.paths.includes(path)
          ? Promise.reject(
              Object.assign(new Error(`${closed.code}: ${name} '${path}'`), { code: closed.code }),
            )
          : real[name]?.(path, ...rest),
    ]),
  );
  return { ...real, ...guarded };
});

beforeEach(() => {
  closed.paths = [];
  closed.code = 'EACCES';
});

const [users, other] = [parseTableName('users'), parseTableName('other')];

/** Two tables, each of two generations. */
async function twoTables() {
  const bench = await workbench();
  await bench.fill('users', 2);
  await bench.fill('other', 2);
  for (let round = 1; round <= 2; round += 1) await bench.backup({ tables: ['users', 'other'] });
  const { signal } = new AbortController();
  const store = directoryStore({ root: bench.backups, keepVersions: 3, clock: systemClock, signal });
  await store.prepare();
  return { bench, store, layout: layoutOf(bench.backups) };
}

describe('A part of the store that cannot be read', () => {
  it.each([
    ['its older generations, which nobody lets us see', 'EACCES', ['@versions/other']],
    ['its older generations, which the disk does not give', 'EIO', ['@versions/other']],
    ['the folder of its newest one', 'EACCES', ['other', 'other/manifest.json']],
    ['the manifest of its newest one', 'EACCES', ['other/manifest.json']],
  ])('(%s) fails its own table: the others are backed up', async (_what, code, paths) => {
    const { bench, store } = await twoTables();
    closed.code = code;
    closed.paths = paths.map((path) => join(bench.backups, path));
    const { result, log } = await bench.backup({ tables: ['users', 'other'] });
    closed.paths = [];
    expect(result).toBe(1);
    const errors = log().filter((line) => line.startsWith('ERROR'));
    expect(errors.join('\n')).toMatch(/other\S* cannot be read: (Permission denied|Input\/output error)/);
    expect(errors.join('\n')).not.toContain('Unexpected error');
    expect(await store.generations(users)).toHaveLength(3);
    expect(await store.generations(other)).toHaveLength(2);
  });

  it.each([
    ['EACCES', 'Permission denied'],
    ['EIO', 'Input/output error'],
  ])('is shown with its table and the reason (%s); the others are shown as ever', async (code, reason) => {
    const { store, layout } = await twoTables();
    closed.code = code;
    closed.paths = [layout.versions('other')];
    expect(await store.survey()).toMatchObject([
      {
        table: 'other',
        newest: {
          found: {
            folder: layout.table('other'),
            problem: `${layout.versions('other')} cannot be read: ${reason}`,
          },
        },
      },
      { table: 'users', versions: 2, newest: { found: { kind: 'manifest' } } },
    ]);
  });

  it('keeps its table’s unfinished publishing as it is: nobody can tell what belongs there', async () => {
    const { store, layout } = await twoTables();
    const staged = layout.stagingOf('later', 'other');
    await mkdir(join(layout.staging, 'later'), { recursive: true });
    await rename(layout.table('other'), staged);
    await mkdir(layout.stagingOf('later', 'users'));
    closed.paths = [layout.versions('other')];
    await store.repair();
    expect(await readdir(join(layout.staging, 'later'))).toEqual(['other']);
    const { backups, unusable } = await store.list();
    expect(backups).toMatchObject([{ table: 'users' }]);
    expect(unusable).toMatchObject([{ table: 'other' }]);
    closed.paths = [];
    expect(await store.repair()).toContain('finished publishing backup later of other, which was cut off');
    expect(await store.find(other)).toMatchObject({ kind: 'manifest' });
  });
});
