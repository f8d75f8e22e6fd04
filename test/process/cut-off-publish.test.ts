import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it, type Stage } from './harness/stage.js';

const TWO_TABLES = {
  tables: [
    { name: 'users', like: 'orders' },
    { name: 'orders', like: 'orders' },
  ],
} as const;

/** What a backup leaves that is killed between its two renames: no folder of the table, an older generation. */
async function cutOff(stage: Stage): Promise<void> {
  await stage.tool(['backup', '--all']);
  const versions = join(stage.backups, '@versions', 'users');
  mkdirSync(versions, { recursive: true });
  renameSync(join(stage.backups, 'users'), join(versions, 'users_20261120_full'));
}

describe.concurrent('after a backup that was cut off between its two renames', () => {
  it('restore --all restores that table too', async ({ setUp }) => {
    const stage = await setUp(TWO_TABLES);
    await cutOff(stage);
    const before = stage.fake.table('users')?.id;
    const result = await stage.tool(['restore', '--all', '--yes', '--recreate']);
    expect(result.stderr).toContain('INFO - Repaired: put back backup users_20261120_full of users');
    expect(result.stdout).toContain('  📊 Total: 2\n');
    expect(stage.fake.table('users')?.id).not.toBe(before);
    expect(stage.fake.table('users')?.items).toBe(200);
  });

  it('restore by name finds it', async ({ setUp }) => {
    const stage = await setUp(TWO_TABLES);
    await cutOff(stage);
    const result = await stage.tool(['restore', 'users', '--yes']);
    expect(result.stdout).toContain("✅ Table 'users' restored successfully!");
    expect(readdirSync(stage.backups)).toContain('users');
  });

  it('the menu offers it', async ({ setUp }) => {
    const stage = await setUp(TWO_TABLES);
    await cutOff(stage);
    const result = await stage.tool(['restore'], { stdin: '3\n' });
    expect(result.stdout).toContain('Available table backups (2 total):\n  1. orders\n  2. users\n');
  });
});
