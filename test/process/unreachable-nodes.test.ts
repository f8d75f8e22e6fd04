import { describe, expect } from 'vitest';
import { expectRefused } from './harness/refusals.js';
import { it, type Stage } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

/** Both commands must refuse likewise: the backup by flags, the restore of what was backed up before. */
async function expectBothRefused(
  stage: Stage,
  says: readonly (string | RegExp)[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const args of [
    ['backup', '--all'],
    ['restore', 'users', '--yes'],
  ])
    await expectRefused(stage, { args, options: { env }, code: 5, says });
}

describe.concurrent(
  'a node that cannot be reached or does not let us in: exit status 5, nothing changed',
  () => {
    it('the API is down', async ({ setUp }) => {
      const stage = await setUp(USERS);
      await stage.tool(['backup', 'users']);
      await stage.fake.closeDoor('api');
      await expectBothRefused(stage, [
        new RegExp(`ERROR - Alternator at ${stage.fake.endpoint} cannot be reached: .*ECONNREFUSED`),
        /Next: .*--endpoint/,
      ]);
    });

    it('the API answers every request with status 500', async ({ setUp }) => {
      const stage = await setUp(USERS);
      await stage.tool(['backup', 'users']);
      stage.fake.api.answer = 500;
      await expectBothRefused(stage, [new RegExp(`ERROR - .*${stage.fake.endpoint}.*500`)]);
    });

    it('CQL is down', async ({ setUp }) => {
      const stage = await setUp(USERS);
      await stage.tool(['backup', 'users']);
      await stage.fake.closeDoor('cql');
      await expectBothRefused(stage, [
        new RegExp(`ERROR - CQL at ${stage.fake.host}:${stage.fake.cqlPort} cannot be reached: `),
        /Next: .*--cql-host and --cql-port/,
      ]);
    });

    it('the API does not know the role, or its key is wrong (recorded api 856, 857)', async ({ setUp }) => {
      const stage = await setUp({ ...USERS, roles: { backup: '$6$salt$hash' } });
      const right = { AWS_ACCESS_KEY_ID: 'backup', AWS_SECRET_ACCESS_KEY: '$6$salt$hash' };
      expect((await stage.tool(['backup', 'users'], { env: right })).code).toBe(0);
      const hint = /Next: .*AWS_SECRET_ACCESS_KEY its salted_hash/;
      await expectBothRefused(stage, [/does not let us in: User not found: nobody/, hint], {
        ...right,
        AWS_ACCESS_KEY_ID: 'nobody',
      });
      await expectBothRefused(
        stage,
        [/does not let us in: The security token included in the request is invalid/, hint],
        { ...right, AWS_SECRET_ACCESS_KEY: 'the CQL password' },
      );
    });

    it('CQL wants a login, and this one is wrong', async ({ setUp }) => {
      const stage = await setUp({ ...USERS, login: { username: 'backup', password: 'right' } });
      const right = { SCYLLA_USER: 'backup', SCYLLA_PASSWORD: 'right' };
      expect((await stage.tool(['backup', 'users'], { env: right })).code).toBe(0);
      const says = [
        /ERROR - CQL at \S+ does not let us in: .*Username and\/or password are incorrect/,
        /Next: .*SCYLLA_USER and SCYLLA_PASSWORD/,
      ];
      await expectBothRefused(stage, says, { ...right, SCYLLA_PASSWORD: 'wrong' });
      await expectBothRefused(stage, says);
    });

    it('T-38: one of three nodes, whose files are only a share of the table, unless --node-local-only', async ({
      setUp,
    }) => {
      const stage = await setUp({ ...USERS, nodes: 3 });
      await expectRefused(stage, {
        args: ['backup', 'users'],
        code: 5,
        says: [/holds only its share of table 'users'/, /--node-local-only/],
      });
      const local = await stage.tool(['backup', 'users', '--node-local-only']);
      expect(local.code).toBe(0);
      await expectRefused(stage, {
        args: ['restore', 'users', '--yes'],
        code: 5,
        says: [/holds only one node's share of 'users'/, /--node-local-only/],
      });
      const restore = await stage.tool(['restore', 'users', '--yes', '--node-local-only']);
      expect(restore.code, restore.stderr).toBe(0);
      expect(stage.fake.table('users')?.items).toBe(200);
      // Each row goes to the nodes that own it.
      expect(stage.fake.calls.nodetool()).toContain('refresh --load-and-stream -- alternator_users users');
    });
  },
);
