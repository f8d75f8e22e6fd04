import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startNode, type NodeUnderTest } from '../node-under-test/index.js';
import { openCql, type Cql } from './harness/cql.js';
import { customerOf, orders, ordersTable } from './harness/items.js';
import { openReader, type Reader } from './harness/reader.js';
import { openTool, type Tool } from './harness/tool.js';

/** The server remembers for two seconds what a role may do by CQL. */
const soon = <T>(work: () => Promise<T>): Promise<T> => vi.waitFor(work, { timeout: 10_000, interval: 200 });

/** Needs a node that asks for credentials: a foreign one may not. */
const foreign = process.env['ALTERNATOR_BACKUP_TEST_NODE'] !== undefined;
const ITEMS = 60;
const PASSWORD = 'secret of a role';

describe.skipIf(foreign)('Roles and what they may do with a table', () => {
  let node: NodeUnderTest;
  let tool: Tool;
  let admin: Cql;
  /** Signs as the role that is there from the beginning. */
  let owner: Reader;
  const opened: { close(): unknown }[] = [];

  beforeAll(async () => {
    node = await startNode({ authorization: true });
    tool = openTool(node);
    admin = await openCql(node, node.credentials);
    const { username = '', saltedHash = '' } = node.credentials ?? {};
    owner = openReader(node, { accessKeyId: username, secretAccessKey: saltedHash });
  });
  afterAll(async () => {
    for (const each of [owner, admin, tool, ...opened]) await each.close();
    await node.stop();
  });

  const secretOf = async (role: string) => {
    const [row] = await admin.execute('SELECT salted_hash FROM system_auth.roles WHERE role = ?', role);
    return String(row?.['salted_hash']);
  };

  /** A role with a login, and both its ways to the data. */
  async function newRole(role: string, kind: 'SUPERUSER = true' | 'SUPERUSER = false' = 'SUPERUSER = false') {
    await admin.execute(`CREATE ROLE "${role}" WITH PASSWORD = '${PASSWORD}' AND LOGIN = true AND ${kind}`);
    const api = openReader(node, { accessKeyId: role, secretAccessKey: await secretOf(role) });
    const cql = await openCql(node, { username: role, password: PASSWORD });
    opened.push(api, cql);
    return { api, cql };
  }

  /** The tool as that role. */
  const as = async (role: string) => ({
    env: {
      AWS_ACCESS_KEY_ID: role,
      AWS_SECRET_ACCESS_KEY: await secretOf(role),
      SCYLLA_USER: role,
      SCYLLA_PASSWORD: role === node.credentials?.username ? node.credentials.password : PASSWORD,
    },
  });

  async function table(name: string): Promise<void> {
    await owner.createTable(ordersTable(name));
    await owner.put(name, orders(ITEMS));
  }

  /** `role resource: permissions` of a table, its views and its keyspace, as the server has them. */
  async function grantsOn(name: string): Promise<readonly string[]> {
    const rows = await admin.execute('SELECT role, resource, permissions FROM system_auth.role_permissions');
    return rows
      .filter(({ resource }) => `${String(resource)}/`.startsWith(`data/alternator_${name}/`))
      .map(
        ({ role, resource, permissions }) =>
          `${String(role)} ${String(resource)}: ${[...(permissions as readonly string[])].sort().join(' ')}`,
      )
      .sort();
  }

  it('work after a restore as before, by the API and by CQL (T-63)', async () => {
    const name = 'shared';
    await table(name);
    const app = await newRole('App-1');
    const named = `"alternator_${name}"."${name}"`;
    const put = (number: number) =>
      app.api.client.send(
        new PutItemCommand({ TableName: name, Item: { pk: { S: 'app' }, sk: { N: String(number) } } }),
      );
    const readAll = () => app.api.contents(name);
    const byCustomer = () => app.api.query(name, 'by-customer', 'customer', customerOf(7));
    const selectRows = () => app.cql.execute(`SELECT pk, sk FROM ${named}`);
    const insertRow = (number: number) =>
      app.cql.execute(`INSERT INTO ${named} (pk, sk, ":attrs") VALUES ('cql', ${number}, {})`);
    for (const refused of [readAll, byCustomer, selectRows, () => put(0), () => insertRow(0)])
      await expect(refused()).rejects.toThrow(/denied|no SELECT permission|no MODIFY permission/);

    await admin.execute(`GRANT SELECT ON TABLE ${named} TO "App-1"`);
    await admin.execute(`GRANT MODIFY ON TABLE ${named} TO "App-1"`);
    await admin.execute(`GRANT SELECT ON TABLE "alternator_${name}"."${name}:by-customer" TO "App-1"`);
    // For a write by CQL a Cassandra, unlike Scylla, wants this of the views too.
    for (const view of [`${name}:by-customer`, `${name}!:by-status`])
      await admin.execute(`GRANT MODIFY ON TABLE "alternator_${name}"."${view}" TO "App-1"`);
    await admin.execute(`GRANT SELECT ON KEYSPACE "alternator_${name}" TO "App-1"`);
    await put(1);
    await soon(() => insertRow(1));
    const everything = async () => ({
      grants: await grantsOn(name),
      items: await readAll(),
      some: await byCustomer(),
      rows: await soon(selectRows),
    });
    const before = await everything();
    expect(before.items.size).toBe(ITEMS + 2);
    expect(before.grants).toContain(`App-1 data/alternator_${name}/${name}: MODIFY SELECT`);

    await tool.expect(0, ['backup', name], await as('cassandra'));
    await owner.deleteTable(name);
    expect((await grantsOn(name)).filter((grant) => grant.startsWith('App'))).toEqual([
      `App-1 data/alternator_${name}: SELECT`,
    ]);
    const { stderr } = await tool.expect(0, ['restore', name, '--yes'], await as('cassandra'));
    expect(stderr).not.toContain('WARNING');
    expect(stderr).toContain(`INFO - Granted MODIFY, SELECT to role App-1 on ${name}\n`);
    expect(await everything()).toEqual(before);
    const { stdout } = await tool.expect(0, ['schema', 'diff', name], await as('cassandra'));
    expect(stdout).toMatch(/^Equal: /);
    await put(2);
    await insertRow(2);
    expect((await readAll()).size).toBe(ITEMS + 4);
    await expect(app.api.deleteTable(name)).rejects.toThrow('DROP access');

    await admin.execute(`REVOKE MODIFY ON TABLE ${named} FROM "App-1"`);
    const differs = await tool.expect(1, ['schema', 'diff', name], await as('cassandra'));
    expect(differs.stdout.split('\n').slice(1)).toEqual([
      `  grants of role App-1 on ${name}: MODIFY, SELECT → SELECT`,
      '',
    ]);
  });

  it('of a role that was dropped meanwhile are a warning with the statement: exit 3', async () => {
    const name = 'left';
    await table(name);
    await newRole('gone');
    const stays = await newRole('stays');
    for (const role of ['gone', 'stays'])
      await admin.execute(`GRANT SELECT ON TABLE "alternator_${name}"."${name}" TO ${role}`);
    await tool.expect(0, ['backup', name], await as('cassandra'));
    await admin.execute('DROP ROLE gone');
    const { stderr } = await tool.expect(3, ['restore', name, '--yes', '--recreate'], await as('cassandra'));
    const warnings = stderr.split('\n').filter((line) => line.includes('WARNING'));
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(
      /WARNING - SELECT of role gone on left could not be granted: .*gone.* by hand: GRANT SELECT ON TABLE "alternator_left"\."left" TO "gone"$/,
    );
    expect(warnings[1]).toMatch(/settings drift: left: grants of role gone on left: SELECT → none$/);
    expect((await stays.api.contents(name)).size).toBe(ITEMS);
  });

  it.each([
    ['a superuser', 'root'],
    ['a role with CREATE and SELECT on all keyspaces', 'ops'],
  ])(
    'that the server gives to %s that restores are told and no drift; the owner has all again',
    async (_, role) => {
      const name = `by-${role}`;
      if (role === 'root') {
        await newRole(role, 'SUPERUSER = true');
      } else {
        await newRole(role);
        for (const permission of ['CREATE', 'SELECT'])
          await admin.execute(`GRANT ${permission} ON ALL KEYSPACES TO ${role}`);
        await admin.execute(`GRANT SELECT ON system_auth.role_permissions TO ${role}`);
      }
      await table(name);
      const before = await grantsOn(name);
      await tool.expect(0, ['backup', name], await as(role));
      await owner.deleteTable(name);
      const { stderr } = await tool.expect(0, ['restore', name, '--yes'], await as(role));
      expect(stderr).not.toContain('WARNING');
      expect(stderr).toMatch(
        new RegExp(
          `INFO - The server gave ALTER, .* to role ${role} on ${name}, as to whoever makes a table\\n`,
        ),
      );
      const after = await grantsOn(name);
      expect(after.filter((grant) => !grant.startsWith(`${role} `))).toEqual(before);
      expect(after.filter((grant) => grant.startsWith(`${role} `))).toHaveLength(3);
      // Asked for, they are told: the table is not as it was.
      const { stdout } = await tool.expect(1, ['schema', 'diff', name], await as(role));
      const line = (on: string) =>
        expect.stringMatching(`^ {2}grants of role ${role} on ${on}: none → ALTER, `) as string;
      expect(stdout.trimEnd().split('\n').slice(1).sort()).toEqual([
        line(`${name}!:by-status`),
        line(name),
        line(`${name}:by-customer`),
      ]);
    },
  );
});
