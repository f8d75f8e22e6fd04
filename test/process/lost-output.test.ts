import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { builtProgram } from './harness/program.js';
import { it, type Stage } from './harness/stage.js';

const TWO_TABLES = {
  tables: [
    { name: 'users', like: 'orders' },
    { name: 'orders', like: 'orders' },
  ],
} as const;
const NO_ROOM = 'No space left on device';
const isRoot = process.getuid?.() === 0;

const inShell = (stage: Stage, script: string, ...more: readonly string[]) =>
  stage.run(['sh', '-c', `"$0" "$1" ${script}`, process.execPath, builtProgram(), ...more]).result;

const itemsOf = (stage: Stage) => ['users', 'orders'].map((name) => stage.fake.table(name)?.items);

describe.concurrent('an output that takes nothing any more', () => {
  it('standard output on a full disk does not end a restore between two tables: exit status 3, and the log says why', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', '--all']);
    const result = await inShell(stage, 'restore users orders --yes >/dev/full');
    expect(result.code, result.stderr).toBe(3);
    expect(itemsOf(stage)).toEqual([200, 200]);
    expect(stage.log('restore')).toContain(`WARNING - What goes to standard output is lost: ${NO_ROOM}`);
    expect(stage.log('restore')).toContain('===== Restore completed for orders =====');
    expect(stage.trees().disk.filter((line) => /staging\/\d/.test(line))).toEqual([]);
    expect((await stage.tool(['resume'])).stderr).toContain('No restore was cut off');
  });

  it('standard error on a full disk does not end a backup, whose snapshot would stay', async ({ setUp }) => {
    const stage = await setUp(TWO_TABLES);
    const result = await inShell(stage, 'backup --all 2>/dev/full');
    expect([result.code, result.stdout]).toEqual([3, expect.stringContaining('✅ Successful: 2')]);
    expect(stage.fake.snapshots('users')).toEqual([]);
  });

  it('a disk that fills up in the middle of a restore does not end it there', async ({ setUp, skip }) => {
    skip(!isRoot, 'only root can mount a small disk');
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', '--all']);
    const small = join(stage.cwd, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', small]);
    try {
      const file = join(small, 'errors');
      writeFileSync(file, 'x'.repeat(4096 - 500));
      const result = await inShell(stage, 'restore users orders --yes 2>>"$2"', file);
      expect(result.code).toBe(3);
      expect(itemsOf(stage)).toEqual([200, 200]);
    } finally {
      execFileSync('umount', [small]);
    }
  });

  it('what is only written at the very end counts too: schema split >/dev/full is not exit status 0', async ({
    setUp,
  }) => {
    const stage = await setUp();
    const file = join(stage.cwd, 'schema.cql');
    writeFileSync(file, 'CREATE TABLE ks.t (pk text PRIMARY KEY);\n');
    expect((await inShell(stage, 'schema split "$2" >/dev/full', file)).code).toBe(3);
  });
});
