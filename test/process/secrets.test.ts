import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from './harness/stage.js';
import { filesIn } from './harness/tree.js';

const SECRET = '$6$QzX7saltsalt$NeverToBeSeenAnywhere/0123';
const PASSWORD = 'NeverToBeSeenEither-Zq9';

const LOCKED = {
  tables: [{ name: 'users', like: 'orders' }],
  roles: { backup: SECRET },
  login: { username: 'backup', password: PASSWORD },
} as const;

const ENV = {
  AWS_ACCESS_KEY_ID: 'backup',
  AWS_SECRET_ACCESS_KEY: SECRET,
  SCYLLA_USER: 'backup',
  SCYLLA_PASSWORD: PASSWORD,
} as const;

/** The names of those texts that hold a secret. */
const leaks = (texts: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(texts)
    .filter(([, text]) => text.includes(SECRET) || text.includes(PASSWORD))
    .map(([name]) => name);

const filesOf = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(filesIn(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')]));

describe.concurrent('secrets', () => {
  it('T-28: neither outputs, nor logs, nor anything stored, nor the command line of any child holds a secret', async ({
    setUp,
  }) => {
    const stage = await setUp(LOCKED);
    for (const args of [
      ['backup', '--all', '--json'],
      ['restore', 'users', '--yes', '--offline'],
      ['restore', 'users', '--yes', '--json'],
    ]) {
      const result = await stage.tool(args, { env: ENV });
      expect(result.code, result.stderr).toBe(0);
      expect(leaks({ stdout: result.stdout, stderr: result.stderr }), args.join(' ')).toEqual([]);
    }
    expect(leaks(filesOf(stage.cwd))).toEqual([]);
    const calls = stage.fake.calls.programs();
    expect(calls.length).toBeGreaterThan(5);
    for (const { commandLines } of calls) {
      expect(commandLines[1]).toContain('alternator-backup');
      expect(leaks(Object.fromEntries(commandLines.map((line) => [line, line])))).toEqual([]);
    }
  });

  it('T-28: a program that prints a secret has it hidden, on both outputs and in the log', async ({
    setUp,
  }) => {
    const stage = await setUp(LOCKED);
    stage.fake.when('nodetool', (args) => args[0] === 'snapshot', {
      kind: 'fail',
      exit: 1,
      stderr: `cannot log in with ${PASSWORD} or ${SECRET}`,
    });
    const result = await stage.tool(['backup', 'users', '--json'], { env: ENV });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('Snapshot command failed: cannot log in with *** or ***');
    expect(leaks({ stdout: result.stdout, stderr: result.stderr, ...filesOf(stage.cwd) })).toEqual([]);
  });
});
