import { GetItemCommand, PutItemCommand, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type NodeUnderTest } from '../node-under-test/index.js';
import { openCql, type Cql } from './harness/cql.js';
import { everyType, orders, ordersTable } from './harness/items.js';
import { openReader, type Reader } from './harness/reader.js';
import { indexKeys, richItems, richTable } from './harness/rich-table.js';
import { openTool, type Tool } from './harness/tool.js';

/** Needs a node that asks for credentials: a foreign one may not. */
const foreign = process.env['ALTERNATOR_BACKUP_TEST_NODE'] !== undefined;
const ITEMS = 200;
const KEYS = { hash: 'S', range: 'N' } as const;
const PATIENCE = { timeout: 120_000 };

/** Does the same again and again until it is ended; counts, and keeps what went wrong. */
interface Traffic {
  done: number;
  readonly errors: unknown[];
  end(): Promise<void>;
}

function traffic(once: (number: number) => Promise<unknown>): Traffic {
  let ended = false;
  const errors: unknown[] = [];
  const work = async () => {
    while (!ended) {
      await once(flow.done).catch((error: unknown) => errors.push(error));
      flow.done += 1;
    }
  };
  const flow = {
    done: 0,
    errors,
    async end() {
      ended = true;
      await working;
    },
  };
  const working = work();
  return flow;
}

describe.skipIf(foreign)('A restore while applications go on', () => {
  let node: NodeUnderTest;
  let tool: Tool;
  let admin: Cql;
  let reader: Reader;
  let env: Record<string, string>;

  beforeAll(async () => {
    node = await startNode({ authorization: true, behaviour: { indexFillMs: 100 } });
    tool = openTool(node);
    admin = await openCql(node, node.credentials);
    const { username = '', password = '', saltedHash = '' } = node.credentials ?? {};
    reader = openReader(node, { accessKeyId: username, secretAccessKey: saltedHash });
    env = {
      AWS_ACCESS_KEY_ID: username,
      AWS_SECRET_ACCESS_KEY: saltedHash,
      SCYLLA_USER: username,
      SCYLLA_PASSWORD: password,
    };
  }, 60_000);
  afterAll(async () => {
    reader.close();
    tool.close();
    await admin.close();
    await node.stop();
  });

  it(
    'under another name (--as) while a writer keeps writing to the original: the original loses nothing, the copy holds what was saved (TX-28)',
    PATIENCE,
    async () => {
      await reader.createTable(ordersTable('users'));
      await reader.put('users', orders(ITEMS));
      await tool.expect(0, ['backup', 'users'], { env });
      const saved = await reader.contents('users');
      const { TableId } = await reader.describe('users');
      const itemOf = (number: number): NonNullable<PutItemCommandInput['Item']> => ({
        pk: { S: `written-${number % 40}` },
        sk: { N: String(number) },
        customer: { S: 'writer' },
        ...everyType(number),
      });
      const writer = traffic((number) =>
        reader.client.send(new PutItemCommand({ TableName: 'users', Item: itemOf(number) })),
      );
      const { stderr } = await tool.expect(0, ['restore', 'users', '--as', 'users_restored', '--yes'], {
        env,
      });
      await writer.end();
      expect(stderr).not.toContain('WARNING');
      expect(writer.errors).toEqual([]);
      expect(writer.done).toBeGreaterThan(20);

      expect(await reader.contents('users_restored')).toEqual(saved);
      const after = await reader.contents('users');
      expect(after.size).toBe(ITEMS + writer.done);
      for (const [key, digest] of saved) expect(after.get(key)).toBe(digest);
      expect(await reader.count('users', 'by-customer')).toBe(ITEMS + writer.done);
      expect((await reader.describe('users')).TableId).toBe(TableId);
    },
  );

  it(
    'under another name: indexes, time to live, tags, stream and grants are those of the original (TX-28)',
    PATIENCE,
    async () => {
      await reader.createTable(richTable('origin', KEYS));
      await reader.setTimeToLive('origin', 'expires');
      await reader.put('origin', richItems(ITEMS, KEYS));
      await admin.execute(`CREATE ROLE app WITH PASSWORD = 'x' AND LOGIN = true`);
      await admin.execute('GRANT SELECT ON TABLE "alternator_origin"."origin" TO app');
      await admin.execute('GRANT MODIFY ON TABLE "alternator_origin"."origin" TO app');
      await admin.execute('GRANT SELECT ON TABLE "alternator_origin"."origin:ByOwner" TO app');
      await tool.expect(0, ['backup', 'origin'], { env });
      await tool.expect(0, ['restore', 'origin', '--as', 'origin_check', '--yes'], { env });

      expect(await reader.schema('origin_check')).toEqual(await reader.schema('origin'));
      expect(await reader.contents('origin_check')).toEqual(await reader.contents('origin'));
      for (const [index, attribute, value] of indexKeys(KEYS)) {
        const found = await reader.query('origin_check', index, attribute, value);
        expect(found).toHaveLength((await reader.query('origin', index, attribute, value)).length);
        expect(await reader.count('origin_check', index)).toBe(await reader.count('origin', index));
      }
      const grants = async (table: string) =>
        (
          await admin.execute(
            `SELECT resource, permissions FROM system_auth.role_permissions WHERE role = 'app'`,
          )
        )
          .filter(({ resource }) => String(resource).startsWith(`data/alternator_${table}/`))
          .map(
            ({ resource, permissions }) =>
              `${String(resource).replaceAll(table, 'T')}: ${[...(permissions as string[])].sort().join(' ')}`,
          )
          .sort();
      expect(await grants('origin_check')).toEqual(await grants('origin'));
      expect(await grants('origin')).toHaveLength(2);
      const refused = await tool.run(['restore', 'origin', '--as', 'origin_check', '--yes'], { env });
      expect(refused.code).toBe(5);
      expect(refused.stderr).toMatch(/a table 'origin_check' is there; --replace replaces it/);
    },
  );

  it(
    'while one table is restored online, reload and recreate, a reader and a writer of another table see no error',
    PATIENCE,
    async () => {
      for (const table of ['restored', 'read']) {
        await reader.createTable(ordersTable(table));
        await reader.put(table, orders(ITEMS));
      }
      await tool.expect(0, ['backup', 'restored'], { env });
      const wanted = await reader.contents('restored');
      const [present] = orders(1);
      const { pk, sk } = present ?? {};
      if (!pk || !sk) throw new Error('unreachable: there is an item');
      const readers = traffic(async () => {
        const { Item } = await reader.client.send(
          new GetItemCommand({ TableName: 'read', Key: { pk, sk }, ConsistentRead: true }),
        );
        if (!Item) throw new Error('the item is not there');
      });
      const writers = traffic((number) =>
        reader.client.send(
          new PutItemCommand({ TableName: 'read', Item: { pk: { S: 'w' }, sk: { N: String(number) } } }),
        ),
      );
      for (const flags of [[], ['--recreate']]) {
        await reader.put('restored', [{ pk: { S: 'later' }, sk: { N: '1' } }]);
        await tool.expect(0, ['restore', 'restored', '--yes', ...flags], { env });
        expect(await reader.contents('restored')).toEqual(wanted);
      }
      await Promise.all([readers.end(), writers.end()]);
      expect([readers.errors, writers.errors]).toEqual([[], []]);
      expect(Math.min(readers.done, writers.done)).toBeGreaterThan(50);
      expect(await reader.count('read')).toBe(ITEMS + writers.done);
    },
  );
});
