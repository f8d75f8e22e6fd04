import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { flipByte } from './harness/damage.js';
import { logged } from './harness/log-lines.js';
import { isAlive } from './harness/processes.js';
import { it } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;
const isSnapshot = (args: readonly string[]) => args[0] === 'snapshot';

describe.concurrent('snapshots that fail', () => {
  it('T-24: the words of nodetool are told, nothing is stored, and the exit status is 1', async ({
    setUp,
  }) => {
    const { tool, fake, backups, log } = await setUp(USERS);
    fake.when('nodetool', isSnapshot, {
      kind: 'fail',
      exit: 1,
      stderr: 'Error: Keyspace alternator_users does not exist',
    });
    const result = await tool(['backup', 'users']);
    expect(result.code).toBe(1);
    expect(logged(log('backup'))).toContain(
      'ERROR - Snapshot command failed: Error: Keyspace alternator_users does not exist',
    );
    expect(result.stdout).toBe('\n❌ Backup failed for users\n');
    expect(existsSync(join(backups, 'users'))).toBe(false);
  });

  it.for([
    ['ends on SIGTERM', undefined],
    ['ignores SIGTERM', 'both'],
    ['left a process of its own that ignores SIGTERM', 'child'],
  ] as const)(
    'T-37: a hanging nodetool that %s is killed with its whole process group, and the table fails',
    async ([, ignoringSigterm], { setUp }) => {
      const { tool, fake, log } = await setUp(USERS);
      fake.when('nodetool', isSnapshot, {
        kind: 'hang',
        ...(ignoringSigterm ? { ignoringSigterm } : {}),
      });
      const result = await tool(['backup', 'users', '--nodetool-timeout', '3']);
      expect(result.code).toBe(1);
      expect(log('backup')).toMatch(/ERROR - Snapshot command failed: .*did not end within 3 s/);
      expect(result.ms).toBeLessThan(15_000);
      const pids = fake.hanging();
      expect(pids).toHaveLength(2);
      expect(pids.filter(isAlive)).toEqual([]);
    },
  );

  it('T-11: a nodetool that says all is well and makes no snapshot: the missing directory is named, the backup before stays', async ({
    setUp,
  }) => {
    const { tool, fake, trees, log } = await setUp(USERS);
    await tool(['backup', 'users']);
    const before = trees().store.filter((line) => line.startsWith('users'));
    fake.when('nodetool', isSnapshot, { kind: 'pretend' });
    const result = await tool(['backup', 'users']);
    expect(result.code).toBe(1);
    const directory = join(fake.table('users')?.directory ?? '', 'snapshots');
    expect(log('backup')).toMatch(
      new RegExp(`ERROR - Snapshot directory ${directory}/altbk_\\S+ does not exist`),
    );
    expect(trees().store.filter((line) => line.startsWith('users'))).toEqual(before);
    expect(fake.calls.nodetool().at(-1)).toMatch(/^clearsnapshot -t altbk_/);
  });

  it('a snapshot that cannot be cleared is a warning and exit status 3, and the next run clears it', async ({
    setUp,
  }) => {
    const { tool, fake } = await setUp(USERS);
    const failure = { kind: 'fail', exit: 4, stderr: 'busy' } as const;
    fake.when('nodetool', (args) => args[0] === 'clearsnapshot', failure, 1);
    const first = await tool(['backup', 'users']);
    expect([first.code, fake.snapshots('users').length]).toEqual([3, 1]);
    expect(first.stderr).toMatch(/WARNING - Snapshot altbk_\S+ of alternator_users is still on the node/);
    const second = await tool(['backup', 'users']);
    expect([second.code, fake.snapshots('users')]).toEqual([0, []]);
  });

  it('T-27: after a backup none of our tags is left, and a foreign one is', async ({ setUp }) => {
    const { tool, fake, run } = await setUp(USERS);
    const argv = [...fake.nodetool, 'snapshot', '-t', 'foreign', '--', 'alternator_users'];
    await run(argv).result;
    await Promise.all([tool(['backup', 'users']), tool(['backup', 'users'])]);
    expect(fake.snapshots('users')).toEqual(['foreign']);
    const tags = fake.calls.nodetool().flatMap((call) => /^snapshot -t (altbk_\S+)/.exec(call)?.[1] ?? []);
    expect(new Set(tags).size).toBe(tags.length);
  });

  it('a table with a damaged SSTable is not stored: the file and both checksums are named', async ({
    setUp,
  }) => {
    const { tool, fake, backups } = await setUp(USERS);
    const directory = fake.table('users')?.directory ?? '';
    const [data = ''] = readdirSync(directory).filter((name) => name.endsWith('-Data.db'));
    flipByte(join(directory, data), 4000);
    const result = await tool(['backup', 'users']);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(
      new RegExp(`ERROR - .*${data} has CRC-32 \\d+, but Digest.crc32 says \\d+`),
    );
    expect(existsSync(join(backups, 'users'))).toBe(false);
    expect(fake.snapshots('users')).toEqual([]);
  });
});
