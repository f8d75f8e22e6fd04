import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parseTableName } from '../../../src/model/table-name.js';
import { directoryStore } from '../../../src/store/directory-store.js';
import type { Store } from '../../../src/store/store.js';
import { systemClock } from '../../../src/system/wait.js';
import { publishBackup, sstableFolder } from '../../support/backup-fixture.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** Counts what changes something on the disk; when none is left, the process is dead: nothing at all happens any more. */
const life = vi.hoisted(() => ({ left: Infinity }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<Record<string, unknown>>();
  const mortal = Object.entries(real).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value] as const;
    const call = value as (...args: unknown[]) => unknown;
    const changes = ['rename', 'mkdir', 'rm', 'rmdir', 'unlink', 'open', 'chmod', 'appendFile'].includes(
      name,
    );
    return [
      name,
      (...args: unknown[]) => {
        if (changes) life.left -= 1;
        return life.left < 0 ? Promise.reject(new Error('killed')) : call(...args);
      },
    ] as const;
  });
  return { ...Object.fromEntries(mortal), default: real['default'] };
});

const users = parseTableName('users');
const DAY = ['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22'];

const open = (root: string, keepVersions: number): Store =>
  directoryStore({ root, keepVersions, clock: systemClock, signal: new AbortController().signal });

async function publish(store: Store, work: string, day: string): Promise<void> {
  const directory = await sstableFolder(work, { [day]: 1 });
  await publishBackup(store, { table: 'users', label: day, directory, finishedAt: `${day}T10:00:00.000Z` });
}

const labels = async (store: Store): Promise<readonly string[]> =>
  (await store.generations(users)).map(({ found }) => {
    expect(found).not.toHaveProperty('problem');
    return 'label' in found ? found.label : '?';
  });

describe('A process that dies while it publishes', () => {
  it.for([1, 2])(
    'between any two file operations leaves the last good backup for the next command, keeping %i generations',
    { timeout: 240_000 },
    async (keep) => {
      let died = 0;
      for (let left = 0; ; left += 1) {
        const work = await temporaryDirectory();
        const root = join(work, 'backups');
        const store = open(root, keep);
        await store.prepare();
        for (const day of DAY.slice(0, 3)) await publish(store, work, day);
        const before = await labels(store);
        expect(before[0]).toBe(DAY[2]);

        life.left = left;
        const outcome = await publish(store, work, DAY[3] ?? '').then(
          () => 'published',
          () => 'killed',
        );
        const isOver = life.left >= 0;
        life.left = Infinity;

        // Nothing is mended yet: whoever lists, verifies or restores finds a whole backup.
        const next = open(root, keep);
        const [shown] = await next.survey();
        const found = await next.find(users);
        expect(shown?.newest.found).toEqual(found);
        expect([DAY[2], DAY[3]]).toContain('label' in found ? found.label : '?');
        expect(await next.verify(found, 'full', () => undefined)).toMatchObject({ problems: [] });
        for (const { found: each } of await next.generations(users)) {
          if ('problem' in each) throw new Error(each.problem);
          expect(await next.verify(each, 'full', () => undefined)).toMatchObject({ problems: [] });
        }

        await next.prepare();
        await next.repair();
        expect(await next.repair()).toEqual([]);
        const after = await next.find(users);
        expect(await next.verify(after, 'full', () => undefined)).toMatchObject({ problems: [] });
        expect(await readdir(join(root, '@state', 'staging')).catch(() => [])).toEqual([]);
        expect(await readdir(join(root, '@state', 'trash')).catch(() => [])).toEqual([]);
        await publish(next, work, DAY[4] ?? '');
        expect((await labels(next))[0]).toBe(DAY[4]);
        expect((await labels(next)).length).toBeLessThanOrEqual(keep);
        if (isOver) {
          expect(outcome).toBe('published');
          break;
        }
        died += 1;
      }
      expect(died).toBeGreaterThan(15);
    },
  );
});
