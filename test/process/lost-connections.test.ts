import { existsSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { ApiError } from '../support/fake-scylla/api/api-error.js';
import { client } from './harness/independent-clients.js';
import { it } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;

describe.concurrent('connections that are lost', () => {
  it('one lost CQL connection does not stop a backup, and the process ends', async ({ setUp }) => {
    const stage = await setUp(USERS);
    let cut = 0;
    stage.fake.cql.meddle = (statement) =>
      statement.includes('FROM system.peers') && (cut += 1) === 2 ? 'cut' : undefined;
    const result = await stage.tool(['backup', 'users'], { deadlineMs: 40_000 });
    expect(cut).toBeGreaterThan(1);
    expect(result.code, result.stderr).toBe(0);
  });

  it('a CQL connection that is lost again and again ends the run with its status, and the process ends', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    stage.fake.cql.meddle = (statement) => (statement.includes('FROM system.peers') ? 'cut' : undefined);
    const result = await stage.tool(['backup', 'users'], { deadlineMs: 40_000 });
    expect(result.code).toBe(5);
    expect(result.stderr).toMatch(/ERROR - CQL at \S+ cannot be reached/);
  });

  it('one lost CQL connection just after the old table went does not lose it', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    let deleted = false;
    let cut = 0;
    stage.fake.api.meddle = (operation) => {
      deleted ||= operation === 'DeleteTable';
      return undefined;
    };
    stage.fake.cql.meddle = () => (deleted && (cut += 1) === 1 ? 'cut' : undefined);
    const result = await stage.tool(['restore', 'users', '--yes', '--recreate'], { deadlineMs: 40_000 });
    expect(cut).toBeGreaterThan(0);
    expect(result.code, result.stderr).toBe(0);
    expect(stage.fake.table('users')?.items).toBe(200);
  });

  it('an API that answers 500 for some seconds just after the creation is waited for', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    let created = Number.POSITIVE_INFINITY;
    stage.fake.api.meddle = (operation) => {
      if (Date.now() > created && Date.now() < created + 4_000) return 500;
      if (operation === 'CreateTable') created = Math.min(created, Date.now() + 1);
      return undefined;
    };
    const result = await stage.tool(['restore', 'users', '--yes', '--recreate'], { deadlineMs: 50_000 });
    expect(result.code, result.stderr).toBe(0);
    expect(created).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(stage.fake.table('users')?.items).toBe(200);
  });

  it('a stream that this server refuses is a warning: the data stays restored', async ({ setUp }) => {
    const stage = await setUp({ tables: [{ name: 'users', like: 'streamed', stream: 'NEW_IMAGE' }] });
    await stage.tool(['backup', 'users']);
    const items = stage.fake.table('users')?.items;
    stage.fake.api.meddle = (operation) =>
      operation === 'UpdateTable'
        ? new ApiError('ValidationException', 'StreamSpecification: streams is still an experimental feature')
        : undefined;
    const result = await stage.tool(['restore', 'users', '--yes', '--recreate']);
    expect(result.code, result.stderr).toBe(3);
    expect(result.stderr).toMatch(
      /WARNING - The stream \(NEW_IMAGE\) of users could not be set: .*experimental/,
    );
    expect(result.stderr).toContain('WARNING - settings drift: users: stream');
    expect(stage.fake.table('users')?.items).toBe(items);
  });

  it('a service that does not start again is tried three times, and then is the loudest message there is (8)', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    await client(stage.fake).send(new DeleteTableCommand({ TableName: 'users' }));
    stage.fake.when('service', (args) => args[0] === 'start', {
      kind: 'fail',
      exit: 1,
      stderr: 'Job for scylla-server.service failed',
    });
    const result = await stage.tool(['restore', 'users', '--yes', '--offline', '--start-timeout', '3'], {
      deadlineMs: 60_000,
    });
    expect(result.code).toBe(8);
    expect(result.stderr).toContain('THE DATABASE IS NOT RUNNING');
    expect(result.stderr).toContain('Job for scylla-server.service failed');
    expect(result.stderr).toMatch(/Next: Start it: \S+/);
    expect(stage.fake.calls.service().filter((verb) => verb === 'start')).toHaveLength(3);
  });

  it('a wish to stop while nothing is touched yet is heard at once', async ({ setUp }) => {
    const stage = await setUp(USERS);
    await stage.tool(['backup', 'users']);
    stage.fake.when('nodetool', (args) => args[0] === 'snapshot', { kind: 'hang' });
    const running = stage.start(['restore', 'users', '--yes'], { deadlineMs: 60_000 });
    await running.untilSays('proven');
    running.kill('SIGINT');
    const result = await running.result;
    expect(result.code).toBe(130);
    expect(stage.fake.table('users')?.items).toBe(200);
    expect(existsSync(`${stage.backups}/@state/snapshots`)).toBe(true);
  });

  it('a ring with a node away is refused before anything is touched', async ({ setUp }) => {
    const stage = await setUp({ ...USERS, nodes: 2 });
    await stage.tool(['backup', 'users', '--node-local-only']);
    stage.fake.when('nodetool', (args) => args[0] === 'status', {
      kind: 'say',
      stdout: 'Datacenter: datacenter1\n-- Address    Load\nUN 127.0.0.61 195 KB\nDN 127.0.0.62 ?\n',
    });
    const before = stage.fake.calls.changes();
    const result = await stage.tool(['restore', 'users', '--yes', '--node-local-only']);
    expect(result.code).toBe(5);
    expect(result.stderr).toContain('Not every node of the ring is up and normal: DN 127.0.0.62');
    expect(stage.fake.calls.changes()).toEqual(before);
  });
});
