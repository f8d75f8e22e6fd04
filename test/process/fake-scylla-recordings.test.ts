import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, DescribeTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type cassandra from 'cassandra-driver';
import { describe, expect } from 'vitest';
import { client, nodetool, withCql } from './harness/independent-clients.js';
import { it } from './harness/stage.js';

const RECORDED = fileURLToPath(new URL('../fixtures/scylla-2025.1/fake/recorded', import.meta.url));

function recorded(name: string): Recorded {
  const [folder = '', number = ''] = name.split('/');
  const file = readdirSync(join(RECORDED, folder)).find((each) => each.startsWith(number));
  return JSON.parse(readFileSync(join(RECORDED, folder, file ?? number), 'utf8')) as Recorded;
}

/** One recorded exchange; which members it has depends on its folder. */
interface Recorded {
  readonly response: { readonly body: { readonly message: string } };
  readonly statement: string;
  readonly rows: readonly object[];
  readonly error: { readonly message: string };
  readonly args: readonly string[];
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Ids, dates and addresses are of this run. */
const plain = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/DateTime":\d+/g, 'DateTime":<date>')
    .replaceAll(/http:\/\/127[\d.]+:\d+/g, 'http://<server>');

const ORDERS = { name: 'orders', like: 'orders' } as const;

describe.concurrent('the fake Scylla answers as Scylla 2025.1 was recorded', () => {
  it('DescribeTable of a table with indexes, member by member', async ({ setUp }) => {
    const { fake } = await setUp({ tables: [ORDERS] });
    const { body } = recorded('api/333').response;
    const answer = await fetch(fake.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.DescribeTable' },
      body: JSON.stringify({ TableName: 'orders' }),
    });
    expect(plain(await answer.text())).toBe(plain(JSON.stringify(body)));
  });

  it('errors of the API: no such table, a table that exists, a role or key that is not known', async ({
    setUp,
  }) => {
    const { fake } = await setUp({ tables: [{ name: 'users' }] });
    const locked = await setUp({ roles: { cassandra: 'the salted hash' } });
    const message = (name: string) => recorded(name).response.body.message;
    const key = [{ AttributeName: 'pk', KeyType: 'HASH' }] as const;

    await expect(client(fake).send(new DescribeTableCommand({ TableName: 'nosuch' }))).rejects.toThrow(
      message('api/030'),
    );
    await expect(
      client(fake).send(
        new CreateTableCommand({
          TableName: 'users',
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [...key],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        }),
      ),
    ).rejects.toThrow(message('api/226'));
    await expect(client(locked.fake, 'nobody', 'x').send(new ListTablesCommand({}))).rejects.toThrow(
      message('api/856'),
    );
    await expect(client(locked.fake, 'cassandra', 'x').send(new ListTablesCommand({}))).rejects.toThrow(
      message('api/857'),
    );
    const right = await client(locked.fake, 'cassandra', 'the salted hash').send(new ListTablesCommand({}));
    expect(right.TableNames).toEqual([]);
  });

  it('ListTables in pages of a hundred, in no order of names', async ({ setUp }) => {
    const names = Array.from({ length: 105 }, (_, n) => `t${String(n).padStart(3, '0')}`);
    const { fake } = await setUp({ tables: names.map((name) => ({ name, like: 'empty' })) });
    const first = await client(fake).send(new ListTablesCommand({}));
    const second = await client(fake).send(
      new ListTablesCommand({ ExclusiveStartTableName: first.LastEvaluatedTableName }),
    );
    const [one = [], two = []] = [first.TableNames, second.TableNames];
    expect([one.length, two.length, second.LastEvaluatedTableName]).toEqual([100, 5, undefined]);
    expect([...one, ...two].sort()).toEqual(names);
    expect(one).not.toEqual([...one].sort());
  });

  it('DESC TABLE and DESC KEYSPACE, byte for byte, to a driver that knows nothing of it', async ({
    setUp,
  }) => {
    const { fake } = await setUp({ tables: [ORDERS, { name: 'hashonly', timeToLive: 'pk' }] });
    for (const name of ['cql/001', 'cql/002', 'cql/018']) {
      const { statement, rows } = recorded(name);
      const answer = await withCql(fake, (cql) => cql.execute(statement));
      expect(
        answer.rows.map((row) => ({ ...row })),
        statement,
      ).toEqual(rows);
    }
    for (const name of ['cql/041', 'cql/304']) {
      const { statement, error } = recorded(name);
      const text = statement.replaceAll('rp_orders', 'alternator_orders');
      const [, words = ''] = /message="(.*)"/.exec(error.message) ?? [];
      await expect(withCql(fake, (cql) => cql.execute(text))).rejects.toThrow(words);
    }
  });

  it('a CQL login that is wrong', async ({ setUp }) => {
    const login = { username: 'cassandra', password: 'right' };
    const { fake } = await setUp({ login });
    const ask = (cql: cassandra.Client) => cql.execute('SELECT key FROM system.local');
    await expect(withCql(fake, ask, { ...login, password: 'wrong' })).rejects.toMatchObject({
      innerErrors: {
        [`${fake.host}:${fake.cqlPort}`]: { message: 'Username and/or password are incorrect' },
      },
    });
    expect((await withCql(fake, ask, login)).rows).toHaveLength(1);
  });

  it('nodetool: output and exit status of each form, and the trap of a name with one dot', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [ORDERS, { name: 'a.b' }, { name: '-abc' }] });
    for (const name of ['123', '142', '145', '161', '164', '165', '193', '321', '327']) {
      const { args, exit, stdout, stderr } = recorded(`nodetool/${name}`);
      const result = await nodetool(stage, args);
      expect([result.code, plain(result.stdout), plain(result.stderr)], args.join(' ')).toEqual([
        exit,
        stdout.replace("option '-abc'", "option 'alternator_-abc -abc'"),
        plain(stderr),
      ]);
    }
    expect(stage.fake.snapshots('orders')).toEqual(['cf1']);
    expect(stage.fake.snapshots('a.b')).toEqual(['d5']);
  });

  it('a snapshot is hard links of the base table, with the two notes of the server', async ({ setUp }) => {
    const stage = await setUp({ tables: [ORDERS] });
    await nodetool(stage, ['snapshot', '-t', 'x', '-cf', 'orders', '--', 'alternator_orders']);
    const directory = stage.fake.table('orders')?.directory ?? '';
    const files = readdirSync(join(directory, 'snapshots', 'x'));
    expect(files).toHaveLength(11);
    const [data = ''] = files.filter((name) => name.endsWith('-Data.db'));
    expect(statSync(join(directory, 'snapshots', 'x', data)).ino).toBe(statSync(join(directory, data)).ino);
  });
});
