import { existsSync, readdirSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
const TAGS = [{ Key: 'team', Value: 'billing' }];
const GSI = {
  IndexName: 'ByAge',
  KeySchema: [{ AttributeName: 'age', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
};
const LSI = {
  IndexName: 'ByStatus',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' as const },
    { AttributeName: 'status', KeyType: 'RANGE' as const },
  ],
  Projection: { ProjectionType: 'ALL' as const },
};

const option =
  (name: string, value: string, of = 'users') =>
  (record: TableRecord): TableRecord => ({
    ...record,
    statements: record.statements.map((each) =>
      each.name === of ? { ...each, statement: withOption(each.statement, name, value) } : each,
    ),
  });

/** A key of a global index as a real column, as releases up to 6.2 made it: CreateTable of 2025.1 does not. */
const ageColumn = (record: TableRecord): TableRecord => ({
  ...record,
  columns: [...record.columns, { name: 'age', type: 'decimal', kind: 'regular', position: -1 }],
  statements: record.statements.map((each) =>
    each.name === 'users'
      ? {
          ...each,
          statement: each.statement.replace('    PRIMARY KEY', '    "age" decimal,\n    PRIMARY KEY'),
        }
      : each,
  ),
});

/** A table with something of everything, by whichever way it can be made again. */
async function rich(withLocalIndex: boolean): Promise<Workbench> {
  const bench = await workbench();
  await bench.engine.createTable(
    simpleTable('users', {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
        { AttributeName: 'age', AttributeType: 'N' },
        ...(withLocalIndex ? [{ AttributeName: 'status', AttributeType: 'S' as const }] : []),
      ],
      GlobalSecondaryIndexes: [GSI],
      ...(withLocalIndex ? { LocalSecondaryIndexes: [LSI] } : {}),
      Tags: TAGS,
    }),
  );
  for (const key of ['a', 'b', 'c']) bench.engine.put('users', key, { key });
  await bench.engine.setTimeToLive(users, 'expires');
  bench.engine.change('users', option('gc_grace_seconds', '100'));
  bench.engine.change('users', (record) => ({
    ...record,
    grants: [{ role: 'reader', on: { kind: 'table', name: 'users' }, permissions: ['MODIFY', 'SELECT'] }],
  }));
  return bench;
}

/** What a test can see of a table by itself. */
async function seenOf(bench: Workbench): Promise<unknown> {
  const described = await bench.engine.describe(users);
  if (described.kind !== 'table') return described.kind;
  const { schema, columns, grants, statements, keyspaceStatement, tablets } = described.record;
  const { describe: told, tags, ttl } = schema;
  return {
    keys: told.KeySchema,
    billing: told['BillingModeSummary'],
    globals: told.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema }) => ({ IndexName, KeySchema })),
    locals: told.LocalSecondaryIndexes?.map(({ IndexName, KeySchema }) => ({ IndexName, KeySchema })),
    stream: told.StreamSpecification,
    tags,
    ttl,
    tablets,
    keyspaceStatement,
    columns: [...columns].sort((a, b) => a.name.localeCompare(b.name)),
    grants,
    gcGrace: /gc_grace_seconds = (\d+)/.exec(statements[0]?.statement ?? '')?.[1],
    byCql: statements
      .filter(({ type, name }) => type !== 'table' && !name.includes(':'))
      .map(({ name }) => name),
    items: Object.fromEntries(bench.engine.items('users')),
  };
}

/** Scylla as it takes CQL: a table as its statement says, no view of an index; a new table prints a default of its own. */
function scyllaOf(bench: Workbench, sent: string[] = []): Partial<Engine> {
  return {
    async createTable(creation) {
      const made = await bench.engine.createTable(creation);
      bench.engine.change('users', option('gc_grace_seconds', '864000'));
      return made;
    },
    async execute(statement) {
      sent.push(statement);
      if (/^CREATE MATERIALIZED VIEW "[^"]*"\."[^"]*:/.test(statement))
        throw new KnownError('database', 'is not a valid materialized view name');
      const index = /^CREATE INDEX (\w+) /.exec(statement)?.[1];
      if (index !== undefined) {
        const added = { type: 'index', name: index, statement };
        bench.engine.change('users', (record) => ({ ...record, statements: [...record.statements, added] }));
        return;
      }
      await bench.engine.execute(statement);
      if (statement.startsWith('CREATE TABLE'))
        bench.engine.change('users', (record) => ({
          ...record,
          statements: [{ type: 'table', name: 'users', statement }],
        }));
    },
  };
}

/** The data of the backup is refused; that of the copy is not. */
function refusesOnce(bench: Workbench): Pick<Engine, 'refresh'> {
  let calls = 0;
  return {
    refresh: async (...args) => {
      calls += 1;
      if (calls === 1) throw new KnownError('program', 'refused');
      return bench.engine.refresh(...args);
    },
  };
}

const safety = (bench: Workbench): boolean => {
  const folder = join(bench.root, 'work', 'safety');
  return existsSync(folder) && readdirSync(folder).length > 0;
};
const warnings = ({ log }: Ran): readonly string[] => log().filter((line) => line.startsWith('WARNING'));
const told = ({ log }: Ran): string => log().join('\n');

describe('A table that is put back is as it was: keys, indexes, tags, TTL, options, grants, columns, items', () => {
  it('by the API', async () => {
    const bench = await rich(true);
    await bench.backup({ tables: ['users'] });
    bench.engine.put('users', 'd', { key: 'late' });
    const before = await seenOf(bench);
    const run = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      { engine: { ...scyllaOf(bench), ...refusesOnce(bench) } },
    );
    expect(await seenOf(bench)).toEqual(before);
    expect(warnings(run), told(run)).toEqual([]);
    expect(told(run)).toContain('is back, with all its items');
    expect(run.result).toBe(1);
    expect(safety(bench)).toBe(false);
  });

  it('by CQL, its global indexes by UpdateTable: "put back by CQL loses every Alternator index"', async () => {
    const bench = await rich(false);
    await bench.backup({ tables: ['users'] });
    bench.engine.change('users', ageColumn);
    bench.engine.put('users', 'd', { key: 'late' });
    const before = await seenOf(bench);
    const sent: string[] = [];
    const run = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      { engine: { ...scyllaOf(bench, sent), ...refusesOnce(bench) } },
    );
    expect(await seenOf(bench)).toEqual(before);
    expect(sent.filter((statement) => statement.startsWith('CREATE TABLE'))).toHaveLength(1);
    expect(sent.filter((statement) => statement.includes('MATERIALIZED VIEW'))).toEqual([]);
    expect(told(run)).toContain('is back, with all its items');
    expect(safety(bench)).toBe(false);
  });

  it('by loading its own files into it, where it was kept and emptied', async () => {
    const bench = await rich(true);
    await bench.backup({ tables: ['users'] });
    bench.engine.put('users', 'd', { key: 'late' });
    const before = await seenOf(bench);
    const run = await bench.restore({ tables: ['users'], yes: true }, { engine: refusesOnce(bench) });
    expect(bench.engine.calls).toContain('truncate');
    expect(bench.engine.calls).not.toContain('deleteTable');
    expect(await seenOf(bench)).toEqual(before);
    expect(told(run)).toContain('is as it was before, with all its items');
    expect(safety(bench)).toBe(false);
  });

  it('with the index that CQL had made on it, and without the comment that stands for its view', async () => {
    const bench = await rich(true);
    await bench.backup({ tables: ['users'] });
    bench.engine.change('users', (record) => ({
      ...record,
      statements: [
        ...record.statements,
        {
          type: 'index',
          name: 'mine',
          statement: 'CREATE INDEX mine ON "alternator_users"."users" (":attrs");',
        },
      ],
    }));
    const before = await seenOf(bench);
    bench.engine.change('users', (record) => ({
      ...record,
      statements: [
        ...record.statements,
        { type: 'view', name: 'mine_index', statement: '/* Do NOT execute this statement!\nCREATE …\n*/' },
      ],
    }));
    const sent: string[] = [];
    const run = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      { engine: { ...scyllaOf(bench, sent), ...refusesOnce(bench) } },
    );
    expect(await seenOf(bench)).toEqual(before);
    expect(warnings(run), told(run)).toEqual([]);
    expect(sent.filter((statement) => statement.startsWith('/*'))).toEqual([]);
    expect(safety(bench)).toBe(false);
  });
});

describe('While a table is put back', () => {
  it('its indexes are waited for', async () => {
    const bench = await rich(true);
    await bench.backup({ tables: ['users'] });
    let waiting = 3;
    const run = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          ...scyllaOf(bench),
          ...refusesOnce(bench),
          filesAwaitingIndexes: async () => (waiting === 0 ? 0 : (waiting -= 1)),
        },
      },
    );
    expect(waiting, told(run)).toBe(0);
  });

  it('by CQL, its keyspace is not dropped when others have come into it', async () => {
    const bench = await rich(false);
    await bench.backup({ tables: ['users'] });
    bench.engine.change('users', ageColumn);
    const sent: string[] = [];
    let isGone = false;
    const run = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          ...scyllaOf(bench, sent),
          refresh: () => {
            isGone = true;
            return Promise.reject(new KnownError('program', 'refused'));
          },
          neighbours: async () => (isGone ? ['others'] : []),
        },
      },
    );
    expect(sent.filter((statement) => statement.startsWith('DROP'))).toEqual([]);
    expect(told(run)).toContain('the keyspace holds others, too');
    expect(told(run)).toContain('cp -p ');
    expect(run.result).toBe(8);
    expect(safety(bench)).toBe(true);
  });

  it('an empty one needs no columns of its own: it is replaced', async () => {
    const name = 'us-ers';
    const bench = await workbench();
    await bench.fill(name, 2);
    await bench.backup({ tables: [name] });
    await bench.engine.deleteTable(parseTableName(name));
    await bench.fill(name, 0);
    bench.engine.change(name, (record) => ({
      ...record,
      columns: [...record.columns, { name: 'age', type: 'decimal', kind: 'regular', position: -1 }],
    }));
    const run = await bench.restore({ tables: [name], yes: true, recreate: true });
    expect(run.result, told(run)).toBe(0);
    expect(bench.engine.items(name).size).toBe(2);
  });

  it('that was only emptied, CQL need not be able to make it', async () => {
    const bench = await rich(true);
    bench.engine.change('users', ageColumn);
    await bench.backup({ tables: ['users'] });
    const before = await seenOf(bench);
    const run = await bench.restore({ tables: ['users'], yes: true });
    expect(run.result, told(run)).toBe(0);
    expect(bench.engine.calls).toContain('truncate');
    bench.engine.put('users', 'd', { key: 'late' });
    const undone = await bench.undo({}, { isTerminal: true, answers: ['yes'] });
    expect(undone.result, told(undone)).toBe(0);
    expect(bench.engine.calls).not.toContain('deleteTable');
    expect(await seenOf(bench)).toEqual(before);
  });
});

describe('A table that is not quite as before', () => {
  it.each<[string, (bench: Workbench) => Partial<Engine>, RegExp]>([
    [
      'an index that the server did not make',
      (bench) => ({
        createTable: async (creation) => {
          const isAgain = bench.engine.calls.filter((call) => call === 'createTable').length > 1;
          const input = { ...creation.input };
          delete (input as { GlobalSecondaryIndexes?: unknown }).GlobalSecondaryIndexes;
          return bench.engine.createTable(isAgain ? { ...creation, input } : creation);
        },
      }),
      /^WARNING - not as before: users: index ByAge: .* → none$/,
    ],
    [
      'an option that it refuses',
      (bench) => ({
        execute: (statement) =>
          statement.includes('gc_grace')
            ? Promise.reject(new KnownError('database', 'no'))
            : bench.engine.execute(statement),
      }),
      /^WARNING - not as before: users: table option gc_grace_seconds 100 → 864000$/,
    ],
    [
      'a grant to a role that is gone',
      (bench) => ({
        execute: (statement) =>
          statement.startsWith('GRANT')
            ? Promise.reject(new KnownError('database', 'no such role'))
            : bench.engine.execute(statement),
      }),
      /^WARNING - not as before: users: grants of role reader on users: MODIFY, SELECT → none$/,
    ],
    [
      'expiry that is refused',
      () => ({ setTimeToLive: () => Promise.reject(new KnownError('database', 'no')) }),
      /^WARNING - not as before: users: time to live expires → none$/,
    ],
  ])('is told so, its copy is kept: %s', async (_, server, line) => {
    const bench = await rich(true);
    await bench.backup({ tables: ['users'] });
    const run = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      { engine: { ...scyllaOf(bench), ...server(bench), ...refusesOnce(bench) } },
    );
    expect(
      warnings(run).filter((each) => line.test(each)),
      told(run),
    ).toHaveLength(1);
    expect(told(run)).not.toContain('as it was before');
    expect(told(run)).toMatch(
      /is back under a new id, but its schema is not proven to be as before .* Its copy is kept in/,
    );
    expect(run.result).toBe(1);
    expect(safety(bench)).toBe(true);
    expect(bench.engine.items('users').size).toBe(3);
  });

  it('is none for what the server granted to whoever made it', async () => {
    const bench = await rich(true);
    await bench.backup({ tables: ['users'] });
    const run = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          ...scyllaOf(bench),
          createTable: async (creation) => {
            const made = await bench.engine.createTable(creation);
            const on = { kind: 'table' as const, name: 'users' };
            bench.engine.change('users', (record) => ({
              ...record,
              grants: [{ role: 'us', on, permissions: ['DROP'] }],
            }));
            bench.engine.change('users', option('gc_grace_seconds', '864000'));
            return made;
          },
          ...refusesOnce(bench),
        },
      },
    );
    expect(warnings(run), told(run)).toEqual([]);
    expect(told(run)).toContain('is back, with all its items');
  });
});

describe('A copy is not thrown away before items were read', () => {
  it('the new table got the id of the old one: "the only copy is thrown away" (items 4 → 0)', async () => {
    const bench = await rich(true);
    await bench.backup({ tables: ['users'] });
    const described = await bench.engine.describe(users);
    if (described.kind !== 'table') throw new Error(described.kind);
    const { id } = described.record;
    bench.engine.put('users', 'd', { key: 'late' });
    const before = await seenOf(bench);
    const run = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          ...scyllaOf(bench),
          createTable: async (creation) => {
            await scyllaOf(bench).createTable?.(creation);
            const { path } = await bench.engine.tableDirectory(await recordOf(bench));
            bench.engine.change('users', (record) => ({ ...record, id }));
            // The directory goes by the id.
            await rm(path.replace(/-[0-9a-f]{32}$/, `-${id.replaceAll('-', '')}`), {
              recursive: true,
              force: true,
            });
            await rename(path, path.replace(/-[0-9a-f]{32}$/, `-${id.replaceAll('-', '')}`));
            return { id };
          },
          ...refusesOnce(bench),
        },
      },
    );
    expect(told(run)).not.toContain('still is');
    expect(await seenOf(bench), told(run)).toEqual(before);
  });

  it('WITH ID of a documented folder is never sent', async () => {
    const bench = await workbench();
    await bench.fill('users', 3);
    await bench.backup({ tables: ['users'] });
    const { id } = await recordOf(bench);
    const folder = join(bench.backups, 'users');
    const file = join(folder, 'table_schema.cql');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace("WITH comment = ''", `WITH ID = ${id}\n    AND comment = ''`));
    for (const name of await readdir(folder))
      if (!['table_schema.cql', 'users_backup.tar.gz'].includes(name)) await rm(join(folder, name));
    const sent: string[] = [];
    const run = await bench.restore({ tables: ['users'], yes: true }, { engine: scyllaOf(bench, sent) });
    const made = sent.filter((statement) => statement.startsWith('CREATE TABLE'));
    expect(made, told(run)).toHaveLength(1);
    expect(made[0]).toContain("WITH comment = ''");
    expect(sent.join('\n')).not.toContain(id);
  });
});

async function recordOf(bench: Workbench): Promise<TableRecord> {
  const described = await bench.engine.describe(users);
  if (described.kind !== 'table') throw new Error(described.kind);
  return described.record;
}

describe('A present table that could not be put back as it is, is not touched (exit 5)', () => {
  const refused = async (bench: Workbench, why: RegExp, engine: Partial<Engine> = {}) => {
    const before = await seenOf(bench);
    const run = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      { engine: { ...engine, ...refusesOnce(bench) } },
    );
    expect(told(run)).toMatch(why);
    expect(run.result, told(run)).toBe(5);
    expect(bench.engine.calls).not.toContain('deleteTable');
    expect(await seenOf(bench)).toEqual(before);
    expect(safety(bench)).toBe(false);
  };

  it('CQL would have to make it, and gives it no local index', async () => {
    const bench = await rich(true);
    await bench.backup({ tables: ['users'] });
    bench.engine.change('users', ageColumn);
    await refused(bench, /could not be put back as it is: .*no local index \(ByStatus\)/);
  });

  it('CQL would have to make it, and its description is no CQL: "syntax error, exit 8"', async () => {
    const bench = await rich(false);
    await bench.backup({ tables: ['users'] });
    bench.engine.change('users', ageColumn);
    bench.engine.change('users', option('scylla_tags', `{'system:ttl_attribute': 'o'clock'}`));
    await refused(bench, /could not be put back as it is: .*Its description is no CQL/);
  });

  it('CQL would have to make it, and takes 48 characters: "exit 8, table missing"', async () => {
    const name = 'customer_orders_of_the_european_shops_2026';
    const bench = await workbench();
    await bench.fill(name, 2);
    await bench.backup({ tables: [name] });
    bench.engine.change(name, (record) => ({
      ...record,
      columns: [...record.columns, { name: 'age', type: 'decimal', kind: 'regular', position: -1 }],
    }));
    const run = await bench.restore(
      { tables: [name], yes: true, recreate: true },
      { engine: refusesOnce(bench) },
    );
    expect(run.result, told(run)).toBe(5);
    expect(told(run)).toContain('CQL takes no such name');
    expect(bench.engine.items(name).size).toBe(2);
  });

  it('CreateTable would refuse it: an index on tablets, two racks, 2025.4', async () => {
    const topology = { datacenter: 'datacenter1', nodes: { datacenter1: 3 } };
    const bench = await workbench({
      node: { version: '2025.4.2', nodeCount: 3, racks: 2, topology },
      replication: { class: 'NetworkTopologyStrategy', datacenter1: '3' },
    });
    await bench.fill('users', 3);
    bench.engine.change('users', (record) => ({ ...record, tablets: true }));
    await bench.backup({ tables: ['users'] });
    bench.engine.change('users', (record) => ({
      ...record,
      schema: {
        ...record.schema,
        describe: {
          ...record.schema.describe,
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'age', AttributeType: 'N' },
          ],
          GlobalSecondaryIndexes: [GSI],
        },
      },
    }));
    await refused(bench, /could not be put back as it is: .*in a data centre of 2 racks/);
  });

  it('it has a vector index, which nobody can make again', async () => {
    const bench = await workbench({ node: { version: '2026.3.0' } });
    await bench.fill('users', 3);
    await bench.backup({ tables: ['users'] });
    bench.engine.change('users', (record) => ({
      ...record,
      schema: {
        ...record.schema,
        describe: { ...record.schema.describe, VectorIndexes: [{ IndexName: 'v' }] },
      },
    }));
    await refused(bench, /could not be put back as it is: .*vector index/);
  });
});
