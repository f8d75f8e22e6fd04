import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { CTRL_C, itAtTerminal as it } from './harness/pseudo-terminal.js';

const TWO_TABLES = { tables: [{ name: 'users', like: 'orders' }, { name: 'orders' }] } as const;
const CHOICE = 'Enter your choice (1, 2, or 3):';
const MAIN_CHOICE = 'Enter your choice (1, 2, 3, 4, or 5):';

describe.concurrent('at a terminal', () => {
  it('the main menu leads to the backup menu, a wrong choice is asked again, and the command line is taught', async ({
    setUp,
    atTerminal,
  }) => {
    const stage = await setUp(TWO_TABLES);
    const terminal = atTerminal(stage, []);
    await terminal.answer(MAIN_CHOICE, '9');
    await terminal.until('Invalid menu choice: 9');
    await terminal.answer(MAIN_CHOICE, '1');
    await terminal.until('ScyllaDB Alternator Table Backup Tool');
    await terminal.answer(CHOICE, '1');
    await terminal.answer('Enter table name:', 'users');
    const result = await terminal.running.result;
    expect(terminal.shown()).toContain('✅ Backup completed successfully for users');
    expect(terminal.shown()).toContain('The same without the menu: alternator-backup backup users');
    expect(result.code, terminal.shown()).toBe(0);
    expect(existsSync(join(stage.backups, 'users', 'manifest.json'))).toBe(true);
  });

  it('the main menu leads to the list and to verify too, without a database', async ({
    setUp,
    atTerminal,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    for (const [choice, shows] of [
      ['3', 'VERIFIED'],
      ['4', '✓ Valid: users '],
    ] as const) {
      const terminal = atTerminal(stage, []);
      await terminal.until('3. List backups\n4. Verify backups\n5. Exit\n');
      await terminal.answer(MAIN_CHOICE, choice);
      const result = await terminal.running.result;
      expect([choice, result.code], terminal.shown()).toEqual([choice, 0]);
      expect(terminal.shown()).toContain(shows);
    }
    const terminal = atTerminal(stage, []);
    await terminal.answer(MAIN_CHOICE, '5');
    expect((await terminal.running.result).code).toBe(0);
  });

  it('Ctrl-C at a question ends with the documented words and 130, and nothing was done', async ({
    setUp,
    atTerminal,
  }) => {
    const stage = await setUp(TWO_TABLES);
    for (const args of [[], ['backup']]) {
      const terminal = atTerminal(stage, args);
      await terminal.answer(args.length === 0 ? MAIN_CHOICE : CHOICE, CTRL_C);
      const result = await terminal.running.result;
      expect([args, result.code], terminal.shown()).toEqual([args, 130]);
      expect(terminal.shown()).toMatch(/interrupted/i);
      expect(terminal.shown()).not.toMatch(/ExitPromptError|\n\s+at /);
    }
    expect(existsSync(stage.backups)).toBe(false);
  });

  it('Ctrl-C while the snapshot hangs ends with 130, the documented words on a line of their own, and no tag left', async ({
    setUp,
    atTerminal,
  }) => {
    const stage = await setUp(TWO_TABLES);
    stage.fake.when('nodetool', (args) => args[0] === 'snapshot', { kind: 'hang' }, 1);
    const terminal = atTerminal(stage, ['backup', 'users']);
    await vi.waitUntil(() => stage.fake.hanging().length > 0, { timeout: 25_000, interval: 20 });
    terminal.running.child.stdin?.write(CTRL_C);
    const result = await terminal.running.result;
    expect(result.code, terminal.shown()).toBe(130);
    expect(terminal.shown()).toMatch(/\nBackup process interrupted by user\.\n/);
    expect(stage.fake.snapshots('users')).toEqual([]);
  });

  it('a restore by name shows its plan and asks; "no" ends with 6, and nothing is changed', async ({
    setUp,
    atTerminal,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    const [trees, calls] = [stage.trees(), stage.fake.calls.changes()];
    const terminal = atTerminal(stage, ['restore', 'users']);
    await terminal.answer('Are you sure you want to proceed? (yes/no):', 'no');
    const result = await terminal.running.result;
    expect(result.code, terminal.shown()).toBe(6);
    expect(terminal.shown()).toMatch(
      /EMPTY the present table users, whose schema is the same, and load it from backup users_\d{8}_full/,
    );
    expect([stage.trees(), stage.fake.calls.changes()]).toEqual([trees, calls]);
  });

  it('the restore menu and "yes" restore the table', async ({ setUp, atTerminal }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    const terminal = atTerminal(stage, ['restore']);
    await terminal.answer(CHOICE, '1');
    await terminal.answer('Enter table name:', 'users');
    await terminal.answer('Are you sure you want to proceed? (yes/no):', 'yes');
    const result = await terminal.running.result;
    expect(result.code, terminal.shown()).toBe(0);
    expect(terminal.shown()).toContain("✅ Table 'users' restored successfully!");
    expect(terminal.shown()).toContain('The same without the menu: alternator-backup restore --yes users');
    expect(stage.fake.table('users')?.items).toBe(200);
  });
});
