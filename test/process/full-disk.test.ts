import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { filesIn } from './harness/tree.js';
import { it, type Stage } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;
const NOT_ROOT = 'only root can mount a small file system: nothing proves what a full disk does';

/** Runs `work` with `./backups` being a file system of this size. */
async function onSmallDisk(stage: Stage, size: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(stage.backups);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', stage.backups]);
  try {
    await work();
  } finally {
    execFileSync('umount', ['-l', stage.backups]);
  }
}

/** Takes what room there is; gives it back by its result. */
function fill(directory: string): () => void {
  const path = join(directory, '@filler');
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=4096'], { stdio: 'ignore', timeout: 20_000 });
  } catch {
    // It ends by having no room.
  }
  return () => {
    rmSync(path);
  };
}

describe.concurrent('a disk without room', () => {
  it('T-23: is refused before anything is stored, with both figures and exit status 5; our snapshot is dropped', async ({
    setUp,
    skip,
  }) => {
    skip(process.getuid?.() !== 0, NOT_ROOT);
    const stage = await setUp(USERS);
    await onSmallDisk(stage, '4m', async () => {
      for (const args of [
        ['backup', 'users'],
        ['backup', '--all'],
      ]) {
        const result = await stage.tool(args);
        expect([args, result.code], result.stderr).toEqual([args, 5]);
        expect(result.stderr).toMatch(
          /No space left on device for the backup of users: \S+ has [\d.]+ MiB free, [\d.]+ KiB and a reserve of 64\.0 MiB are needed/,
        );
        expect(readdirSync(stage.backups)).toEqual(['@state']);
        expect(existsSync(join(stage.backups, '@state', 'staging'))).toBe(false);
        expect(stage.fake.snapshots('users')).toEqual([]);
      }
    });
  });

  it('T-23: that fills up while the archive is written: the documented error, the last good backup whole, nothing left behind, and the next run succeeds', async ({
    setUp,
    skip,
  }) => {
    skip(process.getuid?.() !== 0, NOT_ROOT);
    const stage = await setUp(USERS);
    await onSmallDisk(stage, '80m', async () => {
      const first = await stage.tool(['backup', 'users']);
      expect(first.code, first.stderr).toBe(0);
      const before = filesIn(join(stage.backups, 'users'));
      const running = stage.start(['backup', 'users', '--limit-rate', '0.002']);
      await vi.waitUntil(
        () => filesIn(join(stage.backups, '@state', 'staging')).some((name) => name.endsWith('.tar.gz')),
        { timeout: 20_000, interval: 10 },
      );
      const giveBack = fill(stage.backups);
      const result = await running.result;
      expect(result.code, result.stderr).toBe(1);
      expect(result.stderr).toContain('ERROR - Failed to create backup archive: No space left on device');
      expect(filesIn(join(stage.backups, 'users'))).toEqual(before);
      expect(readdirSync(join(stage.backups, '@state', 'staging'))).toEqual([]);
      expect(stage.fake.snapshots('users')).toEqual([]);
      // Also on a disk that is still full.
      const verified = await stage.tool(['verify', 'users']);
      expect(verified.stdout, verified.stderr).toContain('✓ Valid: users ');
      giveBack();
      const next = await stage.tool(['backup', 'users']);
      expect(next.code, next.stderr).toBe(0);
      expect((await stage.tool(['list'])).stdout).toMatch(/^users .* 2 +never /m);
    });
  });
});

describe.concurrent('two runs that write to one store', () => {
  it('from two nodes: one wins, the other ends with exit status 4, and no label is given twice', async ({
    setUp,
  }) => {
    const [one, other] = [await setUp(USERS), await setUp(USERS)];
    const store = join(one.cwd, 'shared');
    const rounds = await Promise.all(
      [one, other, one, other].map((stage) => stage.tool(['backup', 'users', '--backup-dir', store])),
    );
    const codes = rounds.map(({ code }) => code).sort();
    expect(codes[0], rounds.map(({ stderr }) => stderr).join('\n')).toBe(0);
    for (const { code, stderr } of rounds) {
      expect([0, 4], stderr).toContain(code);
      if (code === 4) expect(stderr).toMatch(/Another run/);
    }
    const list = await one.tool(['list', 'users', '--json', '--backup-dir', store]);
    const { backups } = JSON.parse(list.stdout) as {
      readonly backups: readonly { readonly label: string }[];
    };
    const labels = backups.map(({ label }) => label);
    expect(labels).toHaveLength(codes.filter((code) => code === 0).length);
    expect(new Set(labels).size).toBe(labels.length);
    const verified = await one.tool(['verify', '--all', '--backup-dir', store]);
    expect(verified.code, verified.stdout).toBe(0);
  });

  it('a backup is not published over one that is newer: the table fails, and says which and why', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    const path = join(stage.backups, 'users', 'manifest.json');
    const { parseManifest, renderManifest } = await import('../../src/model/manifest.js');
    const { readFileSync } = await import('node:fs');
    const { checksum, ...manifest } = parseManifest(readFileSync(path, 'utf8'));
    expect(checksum).toHaveLength(64);
    writeFileSync(path, renderManifest({ ...manifest, finishedAt: '2199-01-01T00:00:00.000Z' }));
    const before = filesIn(stage.backups);
    const result = await stage.tool(['backup', 'users']);
    expect(result.code, result.stderr).toBe(1);
    expect(result.stderr).toMatch(
      /is not published over users_\d{8}_full, which is newer: finished 2199-01-01/,
    );
    expect(filesIn(join(stage.backups, 'users'))).toEqual(
      before.flatMap((name) => (name.startsWith('users/') ? [name.slice(6)] : [])),
    );
    expect((await stage.tool(['list'])).stdout).toMatch(/^users .* in the future /m);
  });
});
