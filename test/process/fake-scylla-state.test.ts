import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, vi } from 'vitest';
import type { FakeScylla } from '../support/fake-scylla/index.js';
import { client, nodetool } from './harness/independent-clients.js';
import { it, type Stage } from './harness/stage.js';

const ORDERS = { name: 'orders', like: 'orders' } as const;

describe.concurrent('the fake Scylla is honest about its state', () => {
  const count = async ({ endpoint }: FakeScylla, IndexName?: string) => {
    const db = client({ endpoint } as FakeScylla);
    const { Count } = await db.send(new ScanCommand({ TableName: 'orders', Select: 'COUNT', IndexName }));
    return Count;
  };
  const remake = async (fake: FakeScylla) => {
    const { Table } = await client(fake).send(new DescribeTableCommand({ TableName: 'orders' }));
    await client(fake).send(new DeleteTableCommand({ TableName: 'orders' }));
    await client(fake).send(
      new CreateTableCommand({
        TableName: 'orders',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: Table?.KeySchema ?? [],
        AttributeDefinitions: Table?.AttributeDefinitions ?? [],
        GlobalSecondaryIndexes: Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema }) => ({
          IndexName,
          KeySchema,
          Projection: { ProjectionType: 'ALL' },
        })),
        LocalSecondaryIndexes: Table?.LocalSecondaryIndexes?.map(({ IndexName, KeySchema }) => ({
          IndexName,
          KeySchema,
          Projection: { ProjectionType: 'ALL' },
        })),
      }),
    );
  };
  /** Copies what the deleted table left in a snapshot of the server's own into upload/. */
  const upload = ({ fake }: Stage, from: string) => {
    const root = join(fake.dataDirectory, 'alternator_orders');
    const now = fake.table('orders')?.directory ?? '';
    for (const name of readdirSync(root)) {
      const snapshots = join(root, name, 'snapshots');
      if (join(root, name) === now || !name.startsWith(from) || !existsSync(snapshots)) continue;
      const [first = ''] = readdirSync(snapshots);
      cpSync(join(snapshots, first), join(now, 'upload'), { recursive: true });
    }
    return join(now, 'upload');
  };

  it('a table that was deleted and made again has another id, another directory and no items, until its files are loaded', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [ORDERS], indexMs: 2_500 });
    const before = stage.fake.table('orders');
    expect([await count(stage.fake), await count(stage.fake, 'by-status')]).toEqual([200, 200]);
    await remake(stage.fake);
    const after = stage.fake.table('orders');
    expect(after?.id).not.toBe(before?.id);
    expect(after?.directory).not.toBe(before?.directory);
    expect(await count(stage.fake)).toBe(0);

    const folder = upload(stage, 'orders-');
    const { code } = await nodetool(stage, ['refresh', 'alternator_orders', 'orders']);
    expect([code, readdirSync(folder)]).toEqual([0, []]);
    expect([await count(stage.fake), await count(stage.fake, 'by-status')]).toEqual([200, 0]);
    await vi.waitUntil(async () => (await count(stage.fake, 'by-status')) === 200, { timeout: 10_000 });
  });

  it('files without a TOC.txt are deleted, and those of another table do not fit, both with status 0', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [ORDERS] });
    await remake(stage.fake);
    const folder = upload(stage, 'orders-');
    for (const name of readdirSync(folder)) if (name.endsWith('TOC.txt')) rmSync(join(folder, name));
    const { code } = await nodetool(stage, ['refresh', 'alternator_orders', 'orders']);
    expect([code, readdirSync(folder), await count(stage.fake), stage.fake.corruptRows()]).toEqual([
      // Recorded nodetool 377.
      0,
      [],
      0,
      0,
    ]);

    upload(stage, 'orders:by-customer');
    const foreign = await nodetool(stage, ['refresh', 'alternator_orders', 'orders']);
    expect([foreign.code, readdirSync(folder), await count(stage.fake)]).toEqual([0, [], 0]);
    expect(stage.fake.corruptRows()).toBeGreaterThan(0);
  });

  it('while the service is stopped nobody can connect, and nodetool says so', async ({ setUp }) => {
    const stage = await setUp({ tables: [ORDERS] });
    const service = (verb: string) => stage.run([join(stage.fake.programs, 'service'), verb]).result;
    expect((await service('status')).code).toBe(0);
    await service('stop');
    expect((await service('status')).code).toBe(3);
    await expect(count(stage.fake)).rejects.toThrow('ECONNREFUSED');
    expect((await nodetool(stage, ['statusgossip'])).code).toBe(2);
    await service('start');
    await vi.waitUntil(async () => (await count(stage.fake).catch(() => 'refused')) === 200, {
      timeout: 10_000,
    });
    expect(stage.fake.calls.service()).toEqual(['status', 'stop', 'status', 'start']);
  });
});
