import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { parseManifest, type Manifest } from '../../src/model/manifest.js';
import { flipByte } from './harness/damage.js';
import { it, type Stage } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

const manifestIn = (folder: string): Manifest =>
  parseManifest(readFileSync(join(folder, 'manifest.json'), 'utf8'));
const newest = ({ backups }: Stage, table = 'users') => manifestIn(join(backups, table));
const archiveOf = ({ backups }: Stage) => join(backups, 'users', 'users_backup.tar.gz');
const kindOf = ({ label }: Manifest) => label.replace(/^(\w+?)_\d{8}_/, '$1 ');

/** Flips a byte within the segment of this component. */
function damage(stage: Stage, component: string): string {
  const entry = newest(stage).archive.entries.find(({ name }) => name.endsWith(component))!;
  flipByte(archiveOf(stage), entry.segment!.offset + entry.segment!.length - 9);
  return entry.name;
}

describe.concurrent('backing up again', () => {
  it('copies what did not change, and what comes out is a plain tar.gz that needs no other backup', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    const first = newest(stage);
    const result = await stage.tool(['backup', 'users', '--json', '--keep-versions', '1']);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(
      /INFO - 11 files: 2 new, 9 reused, [\d.]+ KiB of [\d.]+ KiB not compressed again\n/,
    );
    const second = newest(stage);
    expect([second.type, second.baseline, kindOf(second)]).toEqual([
      'incremental',
      first.label,
      'users incremental',
    ]);
    expect(result.stdout).toContain(`"label":"${second.label}"`);
    expect(readFileSync(join(stage.backups, '@state', 'history.jsonl'), 'utf8')).toContain(
      `"label":"${second.label}"`,
    );
    // The one before is gone.
    expect(existsSync(join(stage.backups, '@versions', 'users', first.label))).toBe(false);
    const verified = await stage.tool(['verify', 'users']);
    expect(verified.code, verified.stdout).toBe(0);
    const out = join(stage.cwd, 'out');
    mkdirSync(out);
    execFileSync('tar', ['xzf', archiveOf(stage), '-C', out]);
    expect(readdirSync(out).sort()).toEqual(second.archive.entries.map(({ name }) => name).sort());
    const restored = await stage.tool(['restore', 'users', '--yes']);
    expect(restored.code, restored.stderr).toBe(0);
    expect(stage.fake.table('users')?.items).toBe(200);
    const shown = await stage.tool(['show', 'users']);
    expect(shown.stdout).toContain(`incremental, on ${first.label}`);
  });

  it('names the runs of one day one after the other, by what they are (TX-23)', async ({ setUp }) => {
    const stage = await setUp(USERS);
    const kinds: string[] = [];
    for (const flags of [[], [], [], ['--type', 'full'], ['--type', 'incremental']]) {
      const { code, stderr } = await stage.tool(['backup', 'users', ...flags]);
      expect(code, stderr).toBe(0);
      kinds.push(kindOf(newest(stage)));
    }
    expect(kinds).toEqual([
      'users full',
      'users incremental',
      'users incremental_r1',
      'users full_r1',
      'users incremental_r2',
    ]);
  });

  it('gives all tables of a run one label: incremental as soon as one of them shares a file', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [{ name: 'users', like: 'orders' }, { name: 'orders' }] });
    await stage.tool(['backup', 'users']);
    await stage.tool(['backup', '--all']);
    const [users, orders] = [newest(stage), newest(stage, 'orders')];
    expect([kindOf(users), kindOf(orders)]).toEqual(['all incremental', 'all incremental']);
    expect([users.type, orders.type, orders.baseline]).toEqual(['incremental', 'full', null]);
  });

  it('TX-24: --type incremental without a backup before is a failed table, and nothing is stored', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    const { code, stdout } = await stage.tool(['backup', 'users', '--type', 'incremental']);
    expect(code).toBe(1);
    expect(stdout).toContain(
      "❌ There is no backup of 'users' to build on: run a full backup first (--type full)\n",
    );
    expect(stage.trees().store).toEqual(['(nothing)']);
  });

  it('TX-25: --baseline names it though a newer one is there; one that is not there is a failed table', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    const { label } = newest(stage);
    await stage.tool(['backup', 'users']);
    const built = await stage.tool(['backup', 'users', '--baseline', label]);
    expect(built.code, built.stderr).toBe(0);
    expect(newest(stage)).toMatchObject({ type: 'incremental', baseline: label });
    const before = stage.trees().store;
    const missing = await stage.tool(['backup', 'users', '--baseline', 'users_19990101_full']);
    expect(missing.code).toBe(1);
    expect(missing.stdout).toContain("There is no backup users_19990101_full of 'users' to build on");
    expect(stage.trees().store).toEqual(before);
    const senseless = await stage.tool(['backup', 'users', '--type', 'full', '--baseline', label]);
    expect([senseless.code, stage.trees().store]).toEqual([2, before]);
  });

  it.for(['Data.db', 'TOC.txt'])(
    'compresses anew what is damaged in the backup before (its %s), warns with exit status 3, and is valid',
    async (component, { setUp }) => {
      const stage = await setUp(USERS);
      await stage.tool(['backup', 'users']);
      const { label } = newest(stage);
      const name = damage(stage, component);
      const result = await stage.tool(['backup', 'users']);
      expect(result.code, result.stderr).toBe(3);
      expect(result.stderr).toContain(`WARNING - Backup ${label} of users is damaged`);
      expect(result.stderr).toContain(`${name}: a block of it`);
      expect(result.stderr).toContain('11 files: 3 new, 8 reused');
      const { stdout } = await stage.tool(['list', 'users']);
      expect(stdout).toMatch(new RegExp(`^users +${label} .* ✗ invalid, \\d+ seconds? ago`, 'm'));
      expect((await stage.tool(['verify', 'users'])).code).toBe(0);
    },
  );

  it('fails where just the damaged one was asked for, and leaves everything as it was', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    const { label } = newest(stage);
    damage(stage, 'Data.db');
    const before = newest(stage);
    const result = await stage.tool(['backup', 'users', '--baseline', label]);
    expect(result.code, result.stderr).toBe(1);
    expect(result.stderr).toContain(`Backup ${label} of 'users' cannot be built on`);
    expect(newest(stage)).toEqual(before);
    expect(stage.fake.snapshots('users')).toEqual([]);
  });

  it('never builds on a backup that verify found invalid, and says so of the one that was asked for', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    const { label } = newest(stage);
    damage(stage, 'Data.db');
    expect((await stage.tool(['verify', 'users'])).code).toBe(1);
    const asked = await stage.tool(['backup', 'users', '--baseline', label]);
    expect(asked.code).toBe(1);
    expect(asked.stdout).toContain('it was found invalid');
    const result = await stage.tool(['backup', 'users']);
    expect(result.code, result.stderr).toBe(0);
    expect(newest(stage)).toMatchObject({ type: 'full', baseline: null });
  });

  it('fails on a Data.db that rots in its place, though the backup before has it right', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    const before = newest(stage);
    const { directory } = stage.fake.table('users')!;
    const path = join(
      directory,
      readdirSync(directory).find((name) => name.endsWith('-Data.db'))!,
    );
    const { atime, mtime } = statSync(path);
    flipByte(path, 100);
    utimesSync(path, atime, mtime);
    const result = await stage.tool(['backup', 'users']);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/Data\.db has CRC-32 \d+, but Digest\.crc32 says \d+/);
    expect(newest(stage)).toEqual(before);
  });

  it('takes a backup of before there were segments for what it is: one that nothing can be copied from', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    rmSync(join(stage.backups, 'users', 'manifest.json'));
    rmSync(join(stage.backups, 'users', 'alternator_schema.json'));
    const wanted = await stage.tool(['backup', 'users', '--type', 'incremental']);
    expect(wanted.code).toBe(1);
    expect((await stage.tool(['backup', 'users'])).code).toBe(0);
    expect(newest(stage).type).toBe('full');
  });
});
