import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { it, type Stage } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

const BUSY = {
  kind: 'fail',
  exit: 4,
  stderr:
    'error executing POST request to http://127.0.0.1:10000/storage_service/sstables/alternator_users with parameters ' +
    '{"cf": "users"}: remote replied with status code 500 Internal Server Error:\n' +
    'Failed to load new sstables: std::runtime_error (Already loading SSTables. Try again later)',
} as const;

function dataFile({ fake }: Stage): string {
  const directory = fake.table('users')?.directory ?? '';
  const [data = ''] = readdirSync(directory).filter((name) => name.endsWith('-Data.db'));
  return `${directory}/${data}`;
}

describe.concurrent('loads that fail', () => {
  it('a refresh while another one is under way waits for it', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    stage.fake.when('nodetool', (args) => args[0] === 'refresh', BUSY, 2);
    const result = await stage.tool(['restore', 'users', '--yes']);
    expect(result.code, result.stderr).toBe(0);
    expect(stage.fake.calls.nodetool().filter((call) => call.startsWith('refresh'))).toHaveLength(3);
    expect(stage.fake.table('users')?.items).toBe(200);
  });

  it('a refresh that says all is well and loads nothing is found out, and the old table comes back', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    stage.fake.when('nodetool', (args) => args[0] === 'refresh', { kind: 'pretend' }, 1);
    const result = await stage.tool(['restore', 'users', '--yes']);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/ERROR - The server left 9 files in upload\//);
    expect(result.stdout).toContain("❌ Table 'users' failed to restore");
    expect(stage.fake.table('users')?.items).toBe(200);
  });

  it('T-50: when the old table cannot be put back either, the exit status is 8, and the safety copy is named and there', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    const before = readFileSync(dataFile(stage));
    stage.fake.when('nodetool', (args) => args[0] === 'refresh', {
      kind: 'fail',
      exit: 4,
      stderr: 'remote replied with status code 500 Internal Server Error:\nstd::runtime_error (disk error)',
    });
    const result = await stage.tool(['restore', 'users', '--yes']);
    expect(result.code).toBe(8);
    expect(result.stderr).toContain('ERROR - Error running nodetool refresh:');
    expect(result.stderr).toContain('disk error');
    const [, directory = ''] = /are in (\S+): keep them/.exec(result.stderr) ?? [];
    expect(existsSync(directory)).toBe(true);
    const [data = ''] = readdirSync(directory).filter((name) => name.endsWith('-Data.db'));
    expect(readFileSync(`${directory}/${data}`).equals(before)).toBe(true);
  });
});
