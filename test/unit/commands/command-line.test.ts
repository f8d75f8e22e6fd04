import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../../src/commands/command-line.js';

const taught = (words: readonly string[], flags: readonly string[], tables: readonly string[]) =>
  commandLine({ words, flags, tables });

describe('The command line that does the same as a menu', () => {
  it('is what one would type', () => {
    expect(taught(['backup'], [], ['users'])).toBe('alternator-backup backup users');
    expect(taught(['restore'], ['--yes', '--all'], [])).toBe('alternator-backup restore --yes --all');
  });

  it('keeps every flag that the menu was started with, before its name or after it, and none twice', () => {
    expect(
      taught(['--json', 'restore', '--offline', '--from', 'x_full', '--yes'], ['--yes'], ['users']),
    ).toBe('alternator-backup --json restore --offline --from x_full --yes users');
  });

  it('has a table that looks like a flag behind --, and never takes it for one', () => {
    expect(taught(['backup'], [], ['-abc'])).toBe('alternator-backup backup -- -abc');
    expect(taught(['restore'], ['--yes'], ['--all'])).toBe('alternator-backup restore --yes -- --all');
    expect(taught(['backup', '--'], [], ['-abc'])).toBe('alternator-backup backup -- -abc');
  });

  it('means the same to a shell', () => {
    const service = 'command:{"start":["it\'s up"],"stop":["$(no)"],"status":["a b"]}';
    const line = taught(['restore', '--service', service], [], ['users']);
    const words = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
    expect(words.split('\0')).toEqual(['alternator-backup', 'restore', '--service', service, 'users', '']);
  });
});
