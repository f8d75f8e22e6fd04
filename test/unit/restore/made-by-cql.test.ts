import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { KnownError } from '../../../src/errors.js';
import { parseTableName } from '../../../src/model/table-name.js';
import type { TableRecord } from '../../../src/model/table-record.js';
import { simpleTable } from '../../support/memory-schema.js';
import { withOption } from '../../support/memory-statements.js';
import { workbench, type Ran, type Workbench } from '../../support/workbench.js';

const users = parseTableName('users');
const age = { AttributeName: 'age', AttributeType: 'N' as const };
const pk = { AttributeName: 'pk', AttributeType: 'S' as const };
const GSI = {
  IndexName: 'ByAge',
  KeySchema: [{ AttributeName: 'age', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
};

async function indexed(): Promise<Workbench> {
  const bench = await workbench();
  await bench.engine.createTable(
    simpleTable('users', { AttributeDefinitions: [pk, age], GlobalSecondaryIndexes: [GSI] }),
  );
  bench.engine.put('users', 'a', { n: 1 });
  return bench;
}

const told = ({ log, said }: Ran): string => [...log(), said()].join('\n');
const describeUsers = async (bench: Workbench): Promise<TableRecord> => {
  const described = await bench.engine.describe(users);
  if (described.kind !== 'table') throw new Error(described.kind);
  return described.record;
};

/** Remembers what is sent; Scylla takes no view of an index. */
const sending = (bench: Workbench, sent: string[]): Pick<Engine, 'execute'> => ({
  execute: async (statement) => {
    sent.push(statement);
    if (statement.startsWith('CREATE MATERIALIZED VIEW'))
      throw new KnownError('database', 'is not a valid materialized view name');
    await bench.engine.execute(statement);
  },
});

/** Leaves what the documented scripts made. */
async function onlyDocumented(
  bench: Workbench,
  table: string,
  change: (text: string) => string,
): Promise<void> {
  const folder = join(bench.backups, table);
  const file = join(folder, 'table_schema.cql');
  await writeFile(file, change(await readFile(file, 'utf8')));
  for (const name of await readdir(folder))
    if (!['table_schema.cql', `${table}_backup.tar.gz`].includes(name)) await rm(join(folder, name));
}

describe('--schema cql', () => {
  it('of a name that is too long for CQL is refused before DROP KEYSPACE', async () => {
    const name = 'customer_orders_of_the_european_shops_2026';
    const bench = await workbench();
    await bench.fill(name, 2);
    await bench.backup({ tables: [name] });
    const sent: string[] = [];
    const run = await bench.restore(
      { tables: [name], yes: true, schema: 'cql' },
      { engine: sending(bench, sent) },
    );
    expect(run.result, told(run)).toBe(5);
    expect(told(run)).toMatch(/cannot be made by CQL: its keyspace .* takes 48 at most/);
    expect(sent).toEqual([]);
    expect(bench.engine.items(name).size).toBe(2);
  });

  it('"turns a vnode table of 5.4 into a tablets table": it stays on vnodes, and the plan says how', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    bench.engine.change('users', (record) => ({ ...record, tablets: undefined }));
    const older = { identify: async () => ({ ...(await bench.engine.identify()), version: '5.4.9' }) };
    await bench.backup({ tables: ['users'] }, { engine: older });
    const sent: string[] = [];
    const run = await bench.restore(
      { tables: ['users'], yes: true, schema: 'cql' },
      { engine: sending(bench, sent) },
    );
    const keyspace = sent.filter((statement) => statement.startsWith('CREATE KEYSPACE'));
    expect(keyspace, told(run)).toHaveLength(1);
    expect(keyspace[0]).toMatch(/AND durable_writes = true AND tablets = \{'enabled': false\};$/);
    expect(told(run)).toContain(`INFO - Sending: ${keyspace[0]}`);
    const dry = await bench.restore({ tables: ['users'], dryRun: true, schema: 'cql' });
    expect(dry.said()).toContain(`keyspace tablets = {'enabled': false} is added`);
  });

  it('that lands on the other layout all the same is told as drift', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    bench.engine.change('users', (record) => ({ ...record, tablets: undefined }));
    const older = { identify: async () => ({ ...(await bench.engine.identify()), version: '5.4.9' }) };
    await bench.backup({ tables: ['users'] }, { engine: older });
    const run = await bench.restore(
      { tables: ['users'], yes: true, schema: 'cql' },
      {
        engine: {
          execute: async (statement) => {
            await bench.engine.execute(statement);
            if (statement.startsWith('CREATE TABLE'))
              bench.engine.change('users', (record) => ({ ...record, tablets: true }));
          },
        },
      },
    );
    expect(run.log()).toContain('WARNING - settings drift: users: layout vnodes → tablets');
    expect(run.result).toBe(3);
  });

  it('makes as many copies as this ring can hold, and says so in the plan and as a warning', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    const three = `{'class': 'NetworkTopologyStrategy', 'datacenter1': '3'}`;
    bench.engine.change('users', (record) => ({
      ...record,
      keyspaceStatement: withOption(record.keyspaceStatement, 'replication', three),
    }));
    await bench.backup({ tables: ['users'] });
    const dry = await bench.restore({ tables: ['users'], dryRun: true, schema: 'cql' });
    expect(dry.said()).toMatch(
      /'datacenter1': '3'\} becomes .*'datacenter1': '1'\}: this ring has not the nodes/,
    );
    const sent: string[] = [];
    const run = await bench.restore(
      { tables: ['users'], yes: true, schema: 'cql' },
      { engine: sending(bench, sent) },
    );
    expect(sent.find((statement) => statement.startsWith('CREATE KEYSPACE'))).toContain(
      `replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': '1'} AND durable_writes`,
    );
    expect(told(run)).toMatch(/WARNING - users: keyspace replication = .* becomes/);
    expect(run.result).toBe(3);
  });

  it('--strict-views succeeds for a table with a global index, which comes by UpdateTable and by no CQL', async () => {
    const bench = await indexed();
    await bench.backup({ tables: ['users'] });
    const sent: string[] = [];
    const run = await bench.restore(
      { tables: ['users'], yes: true, schema: 'cql', strictViews: true },
      { engine: sending(bench, sent) },
    );
    expect(run.log().filter((line) => line.startsWith('WARNING'))).toEqual([]);
    expect(run.result, told(run)).toBe(0);
    expect(sent.filter((statement) => statement.includes('MATERIALIZED VIEW'))).toEqual([]);
    expect((await describeUsers(bench)).schema.describe.GlobalSecondaryIndexes).toHaveLength(1);
    expect(bench.engine.items('users').size).toBe(1);
  });

  it('--strict-views puts back what was there when an index is missing in the end', async () => {
    const bench = await indexed();
    await bench.backup({ tables: ['users'] });
    bench.engine.put('users', 'b', { n: 2 });
    const run = await bench.restore(
      { tables: ['users'], yes: true, schema: 'cql', strictViews: true },
      { engine: { ...sending(bench, []), addIndex: () => Promise.reject(new KnownError('database', 'no')) } },
    );
    expect(told(run)).toContain("Indexes of 'users' are missing: ByAge");
    expect(run.result).toBe(1);
    expect(bench.engine.items('users').size).toBe(2);
  });

  it('--strict-views is refused in the plan where CQL can never give an index', async () => {
    const bench = await workbench({ node: { version: '6.2.0' } });
    await bench.engine.createTable(
      simpleTable('users', { AttributeDefinitions: [pk, age], GlobalSecondaryIndexes: [GSI] }),
    );
    await bench.backup({ tables: ['users'] });
    const run = await bench.restore({ tables: ['users'], yes: true, schema: 'cql', strictViews: true });
    expect(run.result).toBe(5);
    expect(told(run)).toContain("--strict-views: 'users' made by CQL cannot have its indexes ByAge");
    const dry = await bench.restore({ tables: ['users'], dryRun: true, schema: 'cql' });
    expect(dry.said()).toContain('its index ByAge cannot come back: CQL makes none');
    expect(bench.engine.calls).not.toContain('execute');
  });

  it('an older server is not asked for an index: "this server adds none"', async () => {
    const bench = await workbench({ node: { version: '6.2.0' } });
    await bench.engine.createTable(
      simpleTable('users', { AttributeDefinitions: [pk, age], GlobalSecondaryIndexes: [GSI] }),
    );
    await bench.backup({ tables: ['users'] });
    const run = await bench.restore({ tables: ['users'], yes: true, schema: 'cql' });
    expect(told(run)).toContain('Index ByAge of users cannot be had');
    expect(bench.engine.calls).not.toContain('addIndex');
  });

  it('an index is waited for until it is ACTIVE', async () => {
    const bench = await indexed();
    await bench.backup({ tables: ['users'] });
    let looks = 0;
    const run = await bench.restore(
      { tables: ['users'], yes: true, schema: 'cql' },
      {
        engine: {
          ...sending(bench, []),
          addIndex: async (name, addition) => {
            await bench.engine.addIndex(name, addition);
            looks = 1;
          },
          describe: async (name) => {
            const described = await bench.engine.describe(name);
            if (described.kind !== 'table' || looks === 0 || looks > 30) return described;
            looks += 1;
            for (const index of described.record.schema.describe.GlobalSecondaryIndexes ?? [])
              index.IndexStatus = 'CREATING';
            return described;
          },
        },
      },
    );
    expect(looks, told(run)).toBe(31);
    expect(run.log()).toContain('INFO - Index ByAge added to users');
  });

  it('an index that never shows is not called added', async () => {
    const bench = await indexed();
    await bench.backup({ tables: ['users'] });
    const run = await bench.restore(
      { tables: ['users'], yes: true, schema: 'cql' },
      { engine: { ...sending(bench, []), addIndex: async () => undefined } },
    );
    expect(told(run)).not.toContain('Index ByAge added');
    expect(told(run)).toContain('The index ByAge of users may not be complete yet');
    expect(run.result).toBe(3);
  });

  it('gives the tags that a description of 5.1 does not tell', async () => {
    const bench = await workbench();
    await bench.engine.createTable(simpleTable('users', { Tags: [{ Key: 'team', Value: 'billing' }] }));
    bench.engine.put('users', 'a', {});
    await bench.backup({ tables: ['users'] });
    const run = await bench.restore({ tables: ['users'], yes: true, schema: 'cql' });
    expect((await describeUsers(bench)).schema.tags, told(run)).toEqual([{ Key: 'team', Value: 'billing' }]);
    expect(run.result).toBe(0);
  });
});

describe('A documented folder', () => {
  it('whose table needs a type that nobody makes is refused before DROP KEYSPACE', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    await bench.backup({ tables: ['users'] });
    await onlyDocumented(
      bench,
      'users',
      (text) =>
        `CREATE TYPE alternator_users.addr (street text);\n${text.replace('    PRIMARY KEY', '    "home" frozen<addr>,\n    PRIMARY KEY')}`,
    );
    const run = await bench.restore({ tables: ['users'], yes: true });
    expect(run.result, told(run)).toBe(5);
    expect(told(run)).toContain('its columns are of types that go with its keyspace (addr)');
    expect(bench.engine.calls).not.toContain('execute');
    expect(bench.engine.items('users').size).toBe(3);
  });

  it('whose names are not quoted is told what they mean: "makes alternator_Users.Users, not alternator_Users.Users"', async () => {
    const bench = await workbench();
    await bench.fill('Users', 3);
    await bench.backup({ tables: ['Users'] });
    await onlyDocumented(bench, 'Users', (text) =>
      text.replaceAll('"alternator_Users"."Users"', 'alternator_Users.Users'),
    );
    const run = await bench.restore({ tables: ['Users'], yes: true });
    expect(told(run)).toContain(
      'makes alternator_Users.Users (without quotes that means alternator_users.users), not alternator_Users.Users',
    );
  });

  it.each([
    ['an ALTER of another table', 'ALTER TABLE alternator_Users.Users ADD x int;'],
    ['an index of another table', 'CREATE INDEX i ON alternator_Users.Users (x);'],
    ['another keyspace', `CREATE KEYSPACE other WITH replication = {'class': 'SimpleStrategy'};`],
  ])('with %s is refused', async (_, statement) => {
    const bench = await workbench();
    await bench.fill('Users', 3);
    await bench.backup({ tables: ['Users'] });
    await onlyDocumented(bench, 'Users', (text) => `${text}\n${statement}\n`);
    const run = await bench.restore({ tables: ['Users'], yes: true });
    expect(run.result, told(run)).not.toBe(0);
    expect(bench.engine.calls).not.toContain('execute');
    expect(bench.engine.items('Users').size).toBe(3);
  });

  it('makes no view of another table', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    await bench.backup({ tables: ['users'] });
    await onlyDocumented(bench, 'users', (text) => text);
    const view =
      'CREATE MATERIALIZED VIEW "alternator_users"."mine" AS SELECT * FROM "alternator_users"."others" WHERE pk IS NOT NULL PRIMARY KEY (pk);';
    await writeFile(join(bench.backups, 'users', 'materialized_view_1.cql'), view);
    const sent: string[] = [];
    const run = await bench.restore({ tables: ['users'], yes: true }, { engine: sending(bench, sent) });
    expect(
      sent.filter((statement) => statement.includes('MATERIALIZED VIEW')),
      told(run),
    ).toEqual([]);
    expect(told(run)).toContain('not a view of alternator_users.users');
  });
});
