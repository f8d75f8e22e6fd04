import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import cassandra from 'cassandra-driver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode } from '../../node-under-test/index.js';
import type { NodeUnderTest } from '../../node-under-test/types.js';
import { definitions, keySchema, Tables, type Item } from './api/tables.js';

let node: NodeUnderTest;
let tables: Tables;
let cql: cassandra.Client;

beforeAll(async () => {
  node = await startNode();
  tables = new Tables(node.endpoint);
  cql = new cassandra.Client({
    contactPoints: [`${node.cql.host}:${node.cql.port}`],
    localDataCenter: node.cql.datacenter,
    protocolOptions: { port: node.cql.port },
    isMetadataSyncEnabled: false,
  });
  await cql.connect();
});

afterAll(async () => {
  tables.client.destroy();
  await cql.shutdown();
  await node.stop();
});

describe('what the node under test remembers', () => {
  it('describes a table that was made anew by CQL from its CQL schema alone', async () => {
    await tables.create('anew', {
      key: { hash: 'pk' },
      types: { pk: 'S', a: 'S', b: 'S' },
      global: { 'by-a-b': { hash: 'a', range: 'b' } },
    });
    await tables.client.send(
      new UpdateTimeToLiveCommand({
        TableName: 'anew',
        TimeToLiveSpecification: { Enabled: true, AttributeName: 'exp' },
      }),
    );
    await tables.put('anew', { pk: { S: '1' } });
    await cql.execute('DROP MATERIALIZED VIEW alternator_anew."anew:by-a-b"');
    await cql.execute('DROP TABLE alternator_anew.anew');
    await expect(tables.client.send(new DescribeTableCommand({ TableName: 'anew' }))).rejects.toThrow(
      'Table: anew not found',
    );
    await cql.execute(
      'CREATE TABLE alternator_anew.anew (id decimal, at blob, ":attrs" map<text, blob>, c text, d text, PRIMARY KEY (id, at))',
    );
    await cql.execute(
      'CREATE MATERIALIZED VIEW alternator_anew."anew:by-c" AS SELECT * FROM alternator_anew.anew WHERE c IS NOT NULL AND id IS NOT NULL AND at IS NOT NULL PRIMARY KEY (c, id, at)',
    );
    await cql.execute(
      'CREATE MATERIALIZED VIEW alternator_anew."anew!:by-d" AS SELECT * FROM alternator_anew.anew WHERE d IS NOT NULL AND id IS NOT NULL AND at IS NOT NULL PRIMARY KEY (id, d, at)',
    );

    const { Table } = await tables.client.send(new DescribeTableCommand({ TableName: 'anew' }));
    expect(Table?.KeySchema).toEqual(keySchema({ hash: 'id', range: 'at' }));
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema }) => [IndexName, KeySchema])).toEqual([
      ['by-c', keySchema({ hash: 'c', range: 'id' })],
    ]);
    expect(Table?.LocalSecondaryIndexes?.map(({ IndexName, KeySchema }) => [IndexName, KeySchema])).toEqual([
      ['by-d', keySchema({ hash: 'id', range: 'd' })],
    ]);
    const item: Item = {
      id: { N: '1' },
      at: { B: Uint8Array.of(7) },
      c: { S: 'C' },
      d: { S: 'D' },
      e: { S: 'E' },
    };
    await tables.put('anew', item);
    expect(await tables.scan('anew')).toEqual([item]);
    expect(await tables.scan('anew', 'by-c')).toEqual([item]);
    expect(await tables.scan('anew', 'by-d')).toEqual([item]);
    const { TimeToLiveDescription } = await tables.client.send(
      new DescribeTimeToLiveCommand({ TableName: 'anew' }),
    );
    expect(TimeToLiveDescription?.TimeToLiveStatus).toBe('DISABLED');
    const { Tags } = await tables.client.send(
      new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }),
    );
    expect(Tags).toEqual([]);
  });

  it('notices at once that a table of the same name has other types', async () => {
    for (const type of ['S', 'N', 'B', 'S'] as const) {
      await tables.create('types', { key: { hash: 'pk' }, types: { pk: type } });
      const key: Item = {
        pk: type === 'B' ? { B: Uint8Array.of(1) } : type === 'N' ? { N: '1' } : { S: '1' },
      };
      await tables.put('types', { ...key, v: { S: type } });
      const { Item: read } = await tables.client.send(new GetItemCommand({ TableName: 'types', Key: key }));
      expect(read?.['v']).toEqual({ S: type });
      await tables.client.send(new DeleteTableCommand({ TableName: 'types' }));
    }
  });

  it('refuses a table that is there already, also to several who ask at once, and keeps what the first one set', async () => {
    const attempt = (Value: string): Promise<unknown> =>
      tables.client.send(
        new CreateTableCommand({
          TableName: 'race',
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: keySchema({ hash: 'pk' }),
          AttributeDefinitions: definitions({ pk: 'S' }),
          Tags: [{ Key: 'winner', Value }],
        }),
      );
    const results = await Promise.allSettled(['0', '1', '2', '3', '4'].map(attempt));
    const winners = results.flatMap(({ status }, at) => (status === 'fulfilled' ? [String(at)] : []));
    expect(winners).toHaveLength(1);
    await expect(attempt('late')).rejects.toThrow('Table race already exists');
    const { TableNames } = await tables.client.send(new ListTablesCommand({}));
    expect(TableNames?.filter((name) => name === 'race')).toEqual(['race']);
    const { Table } = await tables.client.send(new DescribeTableCommand({ TableName: 'race' }));
    const { Tags } = await tables.client.send(
      new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }),
    );
    expect(Tags).toEqual([{ Key: 'winner', Value: winners[0] }]);
  });

  it('takes back what it has made when a table cannot be made whole', async () => {
    const replication = "{'class': 'NetworkTopologyStrategy', 'datacenter1': 1}";
    await cql.execute(`CREATE KEYSPACE alternator_half WITH replication = ${replication}`);
    await cql.execute('CREATE TABLE alternator_half."half:by-b" (a int PRIMARY KEY)');
    const wanted = {
      key: { hash: 'pk' },
      types: { pk: 'S', a: 'S', b: 'S' },
      global: { 'by-a': { hash: 'a' }, 'by-b': { hash: 'b' } },
    } as const;
    await expect(tables.create('half', wanted)).rejects.toThrow();
    await expect(tables.client.send(new DescribeTableCommand({ TableName: 'half' }))).rejects.toThrow(
      'not found',
    );
    await cql.execute('DROP TABLE alternator_half."half:by-b"');
    await tables.create('half', wanted);
    await tables.untilActive('half');
  });

  it('keeps tags, TTL, stream and billing when the database is killed and started again', async () => {
    await tables.create('kept', {
      key: { hash: 'pk' },
      types: { pk: 'S', a: 'S', b: 'S' },
      global: { 'by-a-b': { hash: 'a', range: 'b' }, '-.x': { hash: 'a' } },
    });
    await tables.client.send(
      new UpdateTimeToLiveCommand({
        TableName: 'kept',
        TimeToLiveSpecification: { Enabled: true, AttributeName: 'exp' },
      }),
    );
    await tables.client.send(
      new UpdateTableCommand({
        TableName: 'kept',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    await tables.put('kept', { pk: { S: '1' }, a: { S: 'x' }, b: { S: 'y' } });
    await tables.untilActive('kept');
    const described = async (): Promise<unknown> => {
      const { Table } = await tables.client.send(new DescribeTableCommand({ TableName: 'kept' }));
      const { CreationDateTime, BillingModeSummary, ...rest } = Table ?? {};
      return [rest, BillingModeSummary?.BillingMode, CreationDateTime !== undefined];
    };
    const before = await described();
    await node.kill();
    await node.start();
    expect(await described()).toEqual(before);
    const { TimeToLiveDescription } = await tables.client.send(
      new DescribeTimeToLiveCommand({ TableName: 'kept' }),
    );
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'exp' });
    expect(await tables.scan('kept', '-.x')).toHaveLength(1);
  });
});
