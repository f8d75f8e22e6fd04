import { describe, expect } from 'vitest';
import { itAtTerminal as it } from './harness/pseudo-terminal.js';

const CHOICE = 'Enter your choice (1, 2, or 3):';
const MAIN_CHOICE = 'Enter your choice (1, 2, 3, 4, or 5):';

describe.concurrent('"The same without the menu"', () => {
  it('has every flag that the menu was started with, and no table in it can become a flag', async ({
    setUp,
    atTerminal,
  }) => {
    const stage = await setUp({ tables: [{ name: '-abc' }, { name: '--all' }] });
    const backup = await stage.tool(['backup', '--', '-abc', '--all']);
    const label = /"?(selection_\d{8}_full)/.exec(`${backup.stdout}${stage.trees().store.join('\n')}`)?.[1];
    for (const [table, guarded] of [
      ['-abc', '-- -abc'],
      ['--all', '-- --all'],
    ] as const) {
      const flags = ['--backup-dir', stage.backups, ...(label === undefined ? [] : ['--from', label])];
      const terminal = atTerminal(stage, ['restore', '--offline', ...flags]);
      await terminal.answer(CHOICE, '1');
      await terminal.answer('Enter table name:', table);
      await terminal.answer('(yes/no):', 'yes');
      const result = await terminal.running.result;
      expect(result.code, terminal.shown()).toBe(0);
      expect(terminal.shown().replaceAll('\n', '')).toContain(
        `The same without the menu: alternator-backup restore --offline ${flags.join(' ')} --yes ${guarded}`,
      );
    }
  });

  it('has the settings that stood before the command', async ({ setUp, atTerminal }) => {
    const stage = await setUp({ tables: [{ name: 'users' }] });
    const terminal = atTerminal(stage, ['--keep-versions', '3']);
    await terminal.answer(MAIN_CHOICE, '1');
    await terminal.answer(CHOICE, '2');
    const result = await terminal.running.result;
    expect(result.code, terminal.shown()).toBe(0);
    expect(terminal.shown()).toContain(
      'The same without the menu: alternator-backup --keep-versions 3 backup --all',
    );
  });
});

describe.concurrent('a mistyped menu choice', () => {
  it('is asked again, and a good backup after it is a good one: exit status 0', async ({
    setUp,
    atTerminal,
  }) => {
    const stage = await setUp({ tables: [{ name: 'users' }] });
    const terminal = atTerminal(stage, ['backup']);
    await terminal.answer(CHOICE, '9');
    await terminal.answer(CHOICE, '1');
    await terminal.answer('Enter table name:', 'users');
    const result = await terminal.running.result;
    expect(terminal.shown()).toContain('WARNING - Invalid menu choice: 9');
    expect(result.code, terminal.shown()).toBe(0);
  });

  it('of a table without a backup is told, and nobody is asked to agree to nothing', async ({
    setUp,
    atTerminal,
  }) => {
    const stage = await setUp({ tables: [{ name: 'users' }] });
    await stage.tool(['backup', 'users']);
    const terminal = atTerminal(stage, ['restore', 'nosuch']);
    const result = await terminal.running.result;
    expect([result.code, terminal.shown()]).toEqual([1, expect.not.stringContaining('yes/no')]);
  });
});
