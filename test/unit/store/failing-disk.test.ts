import { constants } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { systemClock } from '../../../src/system/wait.js';
import { directoryStore } from '../../../src/store/directory-store.js';
import { workbench } from '../../support/workbench.js';

/** What the disk refuses: opening files with such a path for writing, such renames, syncing the store after a publish. */
const disk = vi.hoisted(() => ({ full: '', crossing: '', unsynced: '', removing: '' }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<Record<string, (...args: unknown[]) => Promise<unknown>>>();
  const refused = (code: string, text: string) =>
    Promise.reject(Object.assign(new Error(`${code}: ${text}`), { code }));
  const changed = {
    open: (path: string, flags: unknown, ...rest: unknown[]) => {
      if (disk.full !== '' && path.includes(disk.full) && flags === 'w')
        return refused('ENOSPC', `no space left on device, open '${path}'`);
      if (path === disk.unsynced && flags === (constants.O_RDONLY | constants.O_DIRECTORY))
        return refused('EIO', 'i/o error, fsync');
      return real['open']?.(path, flags, ...rest);
    },
    mkdir: (path: string, ...rest: unknown[]) =>
      disk.full !== '' && path.includes(disk.full)
        ? refused('ENOSPC', `no space left on device, mkdir '${path}'`)
        : real['mkdir']?.(path, ...rest),
    rm: (path: string, ...rest: unknown[]) =>
      disk.removing !== '' && path.includes(disk.removing) && !path.endsWith('.tmp')
        ? refused('EIO', `i/o error, rm '${path}'`)
        : real['rm']?.(path, ...rest),
    rename: async (from: string, to: string) => {
      if (disk.crossing !== '' && to.includes(disk.crossing))
        return refused('EXDEV', `cross-device link not permitted, rename '${from}' -> '${to}'`);
      const done = await real['rename']?.(from, to);
      if (disk.unsynced === 'after publishing' && from.includes('/staging/') && to.endsWith('/users'))
        disk.unsynced = to.slice(0, -'/users'.length);
      return done;
    },
  };
  return { ...real, ...changed };
});

beforeEach(() => {
  Object.assign(disk, { full: '', crossing: '', unsynced: '', removing: '' });
});

const problems = (log: readonly string[]) => log.filter((line) => /^(ERROR|WARNING)/.test(line)).join('\n');

async function backedUpOnce() {
  const bench = await workbench();
  await bench.fill('users', 3);
  await bench.backup({ tables: ['users'] });
  const { signal } = new AbortController();
  const store = directoryStore({ root: bench.backups, keepVersions: 7, clock: systemClock, signal });
  const users = parseTableName('users');
  const found = await store.find(users);
  return { bench, store, users, label: 'label' in found ? found.label : '' };
}

const history = async (backups: string): Promise<string> =>
  (await readFile(join(backups, '@state', 'history.jsonl'), 'utf8')).trim().split('\n').at(-1) ?? '';

describe('A disk that fails while a table is stored', () => {
  it.each([
    ['full at its table_schema.cql', { full: '.table_schema.cql.' }, /table_schema\.cql .*No space left/],
    ['full at its README.txt', { full: '.README.txt.' }, /README\.txt .*No space left on device/],
    ['full at its manifest.json', { full: '.manifest.json.' }, /published.*: No space left on device/],
    ['full before anything of it is there', { full: '/staging/' }, /begun.*: No space left on device/],
    ['another one than that of @versions', { crossing: '@versions' }, /published.*: Invalid cross-device/],
  ])('%s: the table fails by name, with what was changed and what to do', async (_what, fails, said) => {
    const { bench, store, users, label } = await backedUpOnce();
    Object.assign(disk, fails);
    const { result, log } = await bench.backup({ tables: ['users'] });
    Object.assign(disk, { full: '', crossing: '' });
    expect(result).toBe(1);
    expect(problems(log())).toMatch(said);
    expect(problems(log())).not.toContain('Unexpected error');
    const lines = log().join('\n');
    expect(lines).toContain('Nothing was stored of this table; the backup before stays as it is.');
    expect(lines).toMatch(/--backup-dir has room/);
    expect(await history(bench.backups)).toContain('"kind":"files"');
    expect(await store.find(users)).toMatchObject({ label });
    expect(await readdir(join(bench.backups, '@state', 'staging')).catch(() => [])).toEqual([]);
  });

  it('at the note of its snapshot refuses the run: nothing was done, exit status 5', async () => {
    const { bench } = await backedUpOnce();
    disk.full = '/snapshots/';
    const { result } = await bench.backup({ tables: ['users'] });
    expect(result).toMatchObject({
      kind: 'files',
      exitCode: 5,
      message: expect.stringMatching(/@state\/snapshots.*: No space left on device/) as string,
      changed: expect.stringContaining('No snapshot was taken') as string,
      hint: expect.stringContaining('--backup-dir') as string,
    });
  });

  it('only once the new backup is in its place: the backup is done, and a warning says what a power cut may undo', async () => {
    const { bench, store, users, label } = await backedUpOnce();
    disk.unsynced = 'after publishing';
    const { result, log } = await bench.backup({ tables: ['users'] });
    disk.unsynced = '';
    expect([result, problems(log())]).toEqual([
      3,
      expect.stringMatching(/^WARNING - .*users is in its place.*power cut.*: Input\/output error$/),
    ]);
    expect(await history(bench.backups)).toContain('"result":"done"');
    const found = await store.find(users);
    expect('label' in found && found.label).not.toBe(label);
    // What was there before is not given up while the new one may not last.
    expect(await store.find(users, label)).toMatchObject({ label });
  });

  it('at what an interrupted run left refuses the run: nothing was done, exit status 5', async () => {
    const { bench } = await backedUpOnce();
    await mkdir(join(bench.backups, '@state', 'staging', 'users_20261120_full', 'users'), {
      recursive: true,
    });
    disk.removing = '/staging/';
    const { result } = await bench.backup({ tables: ['users'] });
    expect(result).toMatchObject({
      kind: 'files',
      exitCode: 5,
      message: expect.stringMatching(/cannot be put right: Input\/output error$/) as string,
      changed: 'Nothing was backed up or restored.',
      hint: expect.any(String) as string,
    });
  });

  it('also when it is tidied up: what the table failed of is told, and what was left is a warning', async () => {
    const { bench } = await backedUpOnce();
    Object.assign(disk, { full: '.README.txt.', removing: '/staging/' });
    const { result, log } = await bench.backup({ tables: ['users'] });
    expect(result).toBe(1);
    expect(problems(log())).toMatch(/ERROR - .*README\.txt .*No space left on device/);
    expect(problems(log())).toMatch(/WARNING - .*staging.*could not be removed.*next run/);
  });
});
