import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { parseManifest, renderManifest, type Manifest } from '../../../src/model/manifest.js';
import { parseTableName } from '../../../src/model/table-name.js';
import type { TableRecord } from '../../../src/model/table-record.js';
import { digestFile } from '../../../src/system/digests.js';
import { simpleTable } from '../../support/memory-schema.js';
import { DROPPED_ROLE, withOption } from '../../support/memory-statements.js';
import { workbench, type Workbench } from '../../support/workbench.js';

const users = parseTableName('users');

/** A table with an index of each kind, a tag, expiry and a stream, of unusual options, and roles that may use it. */
async function rich(options: Parameters<typeof workbench>[0] = {}): Promise<Workbench> {
  const bench = await workbench(options);
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
        { AttributeName: 'status', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'ByAge',
          KeySchema: [{ AttributeName: 'age', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'ByStatus',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'status', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      Tags: [{ Key: 'team', Value: 'billing' }],
    }),
  );
  bench.engine.put('users', 'a', { n: 1 });
  await bench.engine.setTimeToLive(users, 'expires');
  await bench.engine.enableStream(users, 'KEYS_ONLY');
  return bench;
}

const ALTERED_STREAM = `{'delta': 'full', 'enabled': 'true', 'postimage': 'false', 'preimage': 'false', 'ttl': '3600'}`;

const option =
  (name: string, value: string, of = 'users') =>
  (record: TableRecord): TableRecord => ({
    ...record,
    statements: record.statements.map((each) =>
      each.name === of ? { ...each, statement: withOption(each.statement, name, value) } : each,
    ),
  });

const grant =
  (role: string, ...permissions: string[]) =>
  (record: TableRecord): TableRecord => ({
    ...record,
    grants: [...(record.grants ?? []), { role, on: { kind: 'table', name: 'users' }, permissions }],
  });

const schemaOf = async (bench: Workbench): Promise<TableRecord> => {
  const described = await bench.engine.describe(users);
  if (described.kind !== 'table') throw new Error(described.kind);
  return described.record;
};

describe('What CreateTable cannot give', () => {
  it('options of keyspace, table and views, and grants, come back, and the backup is equal to the live table', async () => {
    const bench = await rich();
    bench.engine.change('users', option('gc_grace_seconds', '100'));
    bench.engine.change('users', option('comment', `'it''s; mine'`));
    bench.engine.change('users', option('comment', `'a view'`, 'users:ByAge'));
    bench.engine.change('users', (record) => ({
      ...record,
      keyspaceStatement: withOption(record.keyspaceStatement, 'durable_writes', 'false'),
    }));
    bench.engine.change('users', grant('reader', 'SELECT'));
    const before = await schemaOf(bench);
    expect((await bench.backup({ tables: ['users'] })).result).toBe(0);
    await bench.engine.deleteTable(users);

    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      // A new table prints this option too, with another value.
      {
        engine: {
          untilReady: async (name) => {
            bench.engine.change('users', option('gc_grace_seconds', '864000'));
            return bench.engine.untilReady(name);
          },
        },
      },
    );
    expect(log().filter((line) => line.startsWith('WARNING'))).toEqual([]);
    expect(result).toBe(0);
    const after = await schemaOf(bench);
    expect(after.statements).toEqual(before.statements);
    expect(after.keyspaceStatement).toBe(before.keyspaceStatement);
    expect(after.grants).toEqual(before.grants);
    const diff = await bench.diff({ table: 'users' });
    expect(diff.said()).toMatch(/^Equal: backup users_\d+_full of users and the live table users\n$/);
    expect(diff.result).toBe(0);
  });

  it('what this server refuses of them is told, and shows as drift: exit 3', async () => {
    const bench = await rich();
    bench.engine.change('users', option('compression', `{'sstable_compression': 'UnknownCompressor'}`));
    bench.engine.change('users', grant(DROPPED_ROLE, 'SELECT'));
    await bench.backup({ tables: ['users'] });
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          untilReady: async (name) => {
            bench.engine.change('users', option('compression', `{'sstable_compression': 'LZ4Compressor'}`));
            return bench.engine.untilReady(name);
          },
        },
      },
    );
    expect(result).toBe(3);
    expect(log().filter((line) => line.startsWith('WARNING'))).toEqual([
      `WARNING - users: table option compression {'sstable_compression': 'LZ4Compressor'} → {'sstable_compression': 'UnknownCompressor'} could not be set: unknown compressor`,
      `WARNING - SELECT of role gone on users could not be granted: role gone doesn't exist; by hand: GRANT SELECT ON TABLE "alternator_users"."users" TO "gone"`,
      `WARNING - settings drift: users: table option compression {'sstable_compression': 'UnknownCompressor'} → {'sstable_compression': 'LZ4Compressor'}`,
      'WARNING - settings drift: users: grants of role gone on users: SELECT → none',
    ]);
    expect(bench.engine.items('users').size).toBe(1);
  });

  it('--no-table-options leaves them, and says so', async () => {
    const bench = await rich();
    bench.engine.change('users', option('comment', `'mine'`));
    await bench.backup({ tables: ['users'] });
    const { result, log } = await bench.restore({
      tables: ['users'],
      yes: true,
      recreate: true,
      tableOptions: false,
    });
    expect(result).toBe(3);
    expect(log()).toContain(`WARNING - settings drift: users: table option comment 'mine' → ''`);
  });

  it('what only CQL sets of a stream comes back by ALTER, when the stream is on again', async () => {
    const bench = await rich();
    bench.engine.change('users', option('cdc', ALTERED_STREAM));
    expect((await bench.backup({ tables: ['users'] })).result).toBe(0);
    await bench.engine.deleteTable(users);
    const sent: string[] = [];
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true },
      {
        engine: {
          execute: (statement) => {
            sent.push(statement);
            return bench.engine.execute(statement);
          },
        },
      },
    );
    expect(log().filter((line) => line.startsWith('WARNING'))).toEqual([]);
    expect(result).toBe(0);
    expect(sent).toEqual([`ALTER TABLE "alternator_users"."users" WITH cdc = ${ALTERED_STREAM}`]);
    const { calls } = bench.engine;
    expect(calls.lastIndexOf('execute')).toBeGreaterThan(calls.lastIndexOf('enableStream'));
    expect(log()).toContain('INFO - users: table option cdc delta keys → full, cdc ttl 86400 → 3600');
    expect((await bench.diff({ table: 'users' })).result).toBe(0);
  });

  it('a stream’s options that the server refuses cost a warning and are told as drift, not the data', async () => {
    const bench = await rich();
    bench.engine.change('users', option('cdc', ALTERED_STREAM));
    await bench.backup({ tables: ['users'] });
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      { engine: { execute: () => Promise.reject(new KnownError('database', 'Invalid CDC option')) } },
    );
    expect(result).toBe(3);
    expect(log().filter((line) => line.startsWith('WARNING'))).toEqual([
      'WARNING - The stream’s options of users could not be set: Invalid CDC option',
      'WARNING - settings drift: users: table option cdc delta full → keys',
      'WARNING - settings drift: users: table option cdc ttl 3600 → 86400',
    ]);
    expect(bench.engine.items('users').size).toBe(1);
  });

  it('a stream’s options are left with --no-table-options, and come back with a table that is put back', async () => {
    const bench = await rich();
    bench.engine.change('users', option('cdc', ALTERED_STREAM));
    await bench.backup({ tables: ['users'] });
    const left = await bench.restore({ tables: ['users'], yes: true, recreate: true, tableOptions: false });
    expect(left.log()).toContain('WARNING - settings drift: users: table option cdc ttl 3600 → 86400');
    expect(left.result).toBe(3);

    bench.engine.change('users', option('cdc', ALTERED_STREAM));
    let loads = 0;
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          refresh: (record, how) =>
            (loads += 1) === 1
              ? Promise.reject(new KnownError('program', 'no'))
              : bench.engine.refresh(record, how),
        },
      },
    );
    expect(result).toBe(1);
    expect(log().join('\n')).toMatch(/is back, with all its items|as it was before/);
    expect((await bench.diff({ table: 'users' })).result).toBe(0);
  });

  it('the plan says of each option that a new table will not have that ALTER will put it back', async () => {
    const bench = await rich();
    const compaction = `{'class': 'LeveledCompactionStrategy', 'sstable_size_in_mb': '100'}`;
    bench.engine.change('users', option('compaction', compaction));
    bench.engine.change('users', option('cdc', ALTERED_STREAM));
    bench.engine.change('users', option('comment', `'a view'`, 'users:ByAge'));
    await bench.backup({ tables: ['users'] });
    const lines = async (how: string) =>
      (await bench.restore({ tables: ['users'], dryRun: true, recreate: true, tableOptions: how === '' }))
        .said()
        .split('\n')
        .filter((line) => /^ {4}.* be put back/.test(line));
    const options = [
      `compaction = ${compaction}`,
      `cdc = ${ALTERED_STREAM}`,
      `view users:ByAge: comment = 'a view'`,
    ];
    expect(await lines('')).toEqual(options.map((each) => `    will be put back by ALTER: ${each}`));
    expect(await lines('--no-table-options')).toEqual(
      options.map((each) => `    will not be put back (--no-table-options): ${each}`),
    );
    expect((await bench.restore({ tables: ['users'], dryRun: true, schema: 'cql' })).said()).not.toContain(
      'be put back',
    );
    // A table that is kept keeps them.
    expect((await bench.restore({ tables: ['users'], dryRun: true })).said()).not.toContain('be put back');
  });
});

describe('schema diff', () => {
  const planted: readonly (readonly [string, (record: TableRecord) => TableRecord, string])[] = [
    ['a table option', option('comment', `'x'`), `table option comment '' → 'x'`],
    ['a view option', option('comment', `'x'`, 'users:ByAge'), `view users:ByAge: option comment '' → 'x'`],
    [
      'an option that is printed when it is set',
      option('tombstone_gc', `{'mode': 'repair'}`),
      `table option tombstone_gc none → {'mode': 'repair'}`,
    ],
    [
      'the lifetime of a stream’s records',
      option('cdc', ALTERED_STREAM.replace('full', 'keys')),
      'table option cdc ttl 86400 → 3600',
    ],
    [
      'what a stream records',
      option('cdc', ALTERED_STREAM.replace('3600', '86400')),
      'table option cdc delta keys → full',
    ],
    [
      'replication',
      (record) => ({
        ...record,
        keyspaceStatement: withOption(record.keyspaceStatement, 'replication', `{'class': 'N', 'dc': '3'}`),
      }),
      `keyspace option replication {'class': 'NetworkTopologyStrategy', 'datacenter1': '1'} → {'class': 'N', 'dc': '3'}`,
    ],
    ['tablets', (record) => ({ ...record, tablets: true }), 'layout vnodes → tablets'],
    ['a grant', grant('reader', 'MODIFY', 'SELECT'), 'grants of role reader on users: none → MODIFY, SELECT'],
    [
      'a column of CQL',
      (record) => ({
        ...record,
        columns: [...record.columns, { name: 'c', type: 'int', kind: 'regular', position: -1 }],
      }),
      'column c: none → int regular',
    ],
    ['a tag', (record) => ({ ...record, schema: { ...record.schema, tags: [] } }), 'tag team billing → none'],
    [
      'expiry',
      (record) => ({ ...record, schema: { ...record.schema, ttl: { TimeToLiveStatus: 'DISABLED' } } }),
      'time to live expires → none',
    ],
    ...(
      [
        ['the stream', { StreamSpecification: { StreamEnabled: false } }, 'stream KEYS_ONLY → none'],
        [
          'a member that nobody knows',
          { DeletionProtectionEnabled: true },
          'DeletionProtectionEnabled none → true',
        ],
        ['an index that is gone', { GlobalSecondaryIndexes: [] }, 'index ByAge: global, age N HASH → none'],
        [
          'a projection',
          {
            GlobalSecondaryIndexes: [
              {
                IndexName: 'ByAge',
                KeySchema: [{ AttributeName: 'age', KeyType: 'HASH' }],
                Projection: { ProjectionType: 'KEYS_ONLY' },
              },
            ],
          },
          'index ByAge: projection ALL → KEYS_ONLY',
        ],
      ] as const
    ).map(
      ([title, change, line]) =>
        [
          title,
          (record: TableRecord): TableRecord => ({
            ...record,
            schema: {
              ...record.schema,
              describe: { ...record.schema.describe, ...change },
            } as TableRecord['schema'],
          }),
          line,
        ] as const,
    ),
  ];

  it.each(planted)('tells %s in one line, and nothing else: exit 1', async (_, change, line) => {
    const bench = await rich();
    await bench.backup({ tables: ['users'] });
    bench.engine.change('users', change);
    const { result, said } = await bench.diff({ table: 'users' });
    expect(said().trimEnd().split('\n').slice(1)).toEqual([`  ${line}`]);
    expect(result).toBe(1);
  });

  it('compares two backups, and refuses what is not there with another status than "different"', async () => {
    const bench = await rich();
    const newestLabel = async () =>
      /backup (\S+) of/.exec((await bench.diff({ table: 'users' })).said())?.[1] ?? '';
    await bench.backup({ tables: ['users'] });
    const older = await newestLabel();
    bench.engine.change('users', option('comment', `'x'`));
    await bench.backup({ tables: ['users'] });
    const newest = await newestLabel();
    expect(newest).not.toBe(older);
    const diff = await bench.diff({ table: 'users', label: older, other: newest });
    expect(diff.said()).toBe(
      `backup ${older} of users → backup ${newest} of users:\n  table option comment '' → 'x'\n`,
    );
    expect((await bench.diff({ table: 'users', label: 'nosuch_20260101_full' })).result).toMatchObject({
      kind: 'refused',
    });
    await bench.engine.deleteTable(users);
    expect((await bench.diff({ table: 'users' })).result).toMatchObject({
      kind: 'refused',
      message: "Table 'users' is not there: there is nothing to compare the backup with",
    });
  });
});

describe('Silent losses of a server are refused before anything changes (SCYLLA.md 8)', () => {
  /** What the folder says of the schema, altered, with its manifest made right: only the fit can notice. */
  async function alter(
    bench: Workbench,
    describe: (text: string) => string,
    table: (table: Manifest['table']) => Manifest['table'] = (same) => same,
  ): Promise<void> {
    const folder = join(bench.backups, 'users');
    const path = join(folder, 'alternator_schema.json');
    const before = await readFile(path, 'utf8');
    const text = describe(before);
    await writeFile(path, text);
    const { size, sha256 } = await digestFile(path);
    const { checksum, ...manifest } = parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'));
    expect(checksum).toHaveLength(64);
    const files = manifest.files.map((file) =>
      file.name === 'alternator_schema.json' ? { ...file, size, sha256 } : file,
    );
    await writeFile(
      join(folder, 'manifest.json'),
      renderManifest({ ...manifest, files, table: table(manifest.table) }),
    );
  }

  const json = (change: (describe: Record<string, never>) => void) => (text: string) => {
    const file = JSON.parse(text) as { tables: [{ describe: Record<string, never> }] };
    change(file.tables[0].describe);
    return JSON.stringify(file);
  };

  interface Schema {
    AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
    KeySchema: { AttributeName: string; KeyType: string }[];
    LocalSecondaryIndexes?: unknown[];
  }

  it.each<[string, (describe: Schema) => void, RegExp]>([
    [
      'a sort key of another type (garbage)',
      ({ AttributeDefinitions }) => {
        for (const each of AttributeDefinitions) if (each.AttributeName === 'sk') each.AttributeType = 'S';
      },
      /The clustering key is sk decimal in the backup, sk text in the new table/,
    ],
    [
      'a partition key of another type (unreadable)',
      ({ AttributeDefinitions }) => {
        for (const each of AttributeDefinitions) if (each.AttributeName === 'pk') each.AttributeType = 'N';
      },
      /The partition key is pk text in the backup, pk decimal in the new table/,
    ],
    [
      'a hash key only (every row lost)',
      (describe) => {
        describe.KeySchema = describe.KeySchema.slice(0, 1);
        delete describe.LocalSecondaryIndexes;
      },
      /The clustering key is sk decimal in the backup/,
    ],
    [
      'a renamed key (loaded under the new name)',
      (describe) => {
        for (const each of describe.AttributeDefinitions)
          if (each.AttributeName === 'sk') each.AttributeName = 'other';
        for (const each of describe.KeySchema) if (each.AttributeName === 'sk') each.AttributeName = 'other';
      },
      /sk decimal in the backup, other decimal in the new table/,
    ],
    [
      'a column of a local index that the new table lacks',
      (describe) => {
        delete describe.LocalSecondaryIndexes;
      },
      /The column status is text in the backup, missing in the new table/,
    ],
  ])('%s', async (_, change, sentence) => {
    const bench = await rich();
    await bench.backup({ tables: ['users'] });
    await alter(bench, json(change as never));
    const before = await schemaOf(bench);
    const calls = bench.engine.calls.length;
    const { result, log } = await bench.restore({ tables: ['users'], yes: true });
    expect(log().join('\n')).toMatch(sentence);
    expect(result).toBe(5);
    expect(await schemaOf(bench)).toEqual(before);
    expect(bench.engine.calls.slice(calls)).not.toContain('snapshot');
    expect(bench.engine.items('users').size).toBe(1);
  });

  it('a local index that the files know nothing of (it would stay empty)', async () => {
    const bench = await rich();
    await bench.backup({ tables: ['users'] });
    await alter(
      bench,
      (text) => text,
      (table) => ({
        ...table,
        columns: table.columns.filter(({ name }) => name !== 'status'),
      }),
    );
    const { result, log } = await bench.restore({ tables: ['users'], yes: true });
    expect(log().join('\n')).toMatch(/column status/);
    expect(result).toBe(5);
  });
});

describe('What a schema says besides', () => {
  it('a backup of no files is never refused for its columns', async () => {
    const bench = await workbench();
    await bench.engine.createTable(simpleTable('users'));
    bench.engine.change('users', (record) => ({
      ...record,
      columns: [...record.columns, { name: 'old', type: 'text', kind: 'regular', position: -1 }],
    }));
    await bench.backup({ tables: ['users'] });
    await bench.engine.deleteTable(users);
    expect((await bench.restore({ tables: ['users'], yes: true })).result).toBe(3);
  });

  it('a description that is no CQL is kept as it is: backup and restore warn, and the table comes back', async () => {
    const bench = await rich();
    bench.engine.change('users', option('scylla_tags', `{'system:ttl_attribute':'it's'}`));
    const backup = await bench.backup({ tables: ['users'] });
    expect(backup.log().join('\n')).toMatch(/WARNING - The description of users is no CQL \(.*never closed/);
    expect(backup.result).toBe(3);
    await bench.engine.deleteTable(users);
    const { result, log } = await bench.restore({ tables: ['users'], yes: true });
    expect(result, log().join('\n')).toBe(3);
    expect(log().join('\n')).toMatch(/users: not compared, since .* does not tell: .*options of the table/);
    expect(bench.engine.items('users').size).toBe(1);
    const diff = await bench.diff({ table: 'users' });
    expect(diff.said()).toMatch(/^No difference seen: /);
    expect(diff.result).toBe(3);
  });

  it('an index that CQL has made and the API cannot is told', async () => {
    const bench = await rich();
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
    await bench.backup({ tables: ['users'] });
    const { result, log } = await bench.restore({ tables: ['users'], yes: true, recreate: true });
    expect(result).toBe(3);
    expect(log()).toContain('WARNING - settings drift: users: index or view mine of CQL: there → none');
  });

  it('tags that only a server sets are no difference, nor is the quoting of a stream’s options', async () => {
    const bench = await rich();
    bench.engine.change('users', option('cdc', `{"ttl": "86400", "enabled": "true"}`));
    await bench.backup({ tables: ['users'] });
    bench.engine.change('users', option('cdc', `{'enabled': 'true', 'ttl': '86400'}`));
    bench.engine.change('users', (record) => ({
      ...record,
      schema: {
        ...record.schema,
        tags: [...record.schema.tags, { Key: 'system:ttl_attribute', Value: 'x' }],
      },
    }));
    expect((await bench.diff({ table: 'users' })).result).toBe(0);
  });

  it('a replication that this ring cannot hold is left, and told', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    const three = (record: TableRecord): TableRecord => ({
      ...record,
      keyspaceStatement: withOption(
        record.keyspaceStatement,
        'replication',
        `{'class': 'NetworkTopologyStrategy', 'datacenter1': '3'}`,
      ),
    });
    bench.engine.change('users', three);
    await bench.backup({ tables: ['users'] });
    expect((await bench.restore({ tables: ['users'], dryRun: true, recreate: true })).said()).toContain(
      `    cannot be put back, for this ring has not the nodes for it: keyspace replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': '3'}\n`,
    );
    const { result, log } = await bench.restore({ tables: ['users'], yes: true, recreate: true });
    expect(result).toBe(3);
    expect(log().join('\n')).toMatch(
      /keyspace option replication .* is left as it is: this ring has not the nodes for it/,
    );
    expect(log().join('\n')).toMatch(/settings drift: users: keyspace option replication/);
  });
});

describe('Odd but legal names', () => {
  const NAMES = ['-.-.-.', '.0-Usertable_Backup', '-abc', 'a.b', '...', 'Users', 'users', 'c'.repeat(222)];
  const ATTRIBUTES = ['-.#:', 'a"b', 'select', "it's; --", '$$'];

  it('T-26, T-59: of tables and of keys go round, each its own', async () => {
    const bench = await workbench();
    for (const [index, name] of NAMES.entries()) {
      const key = ATTRIBUTES[index % ATTRIBUTES.length] ?? 'pk';
      await bench.engine.createTable(
        simpleTable(name, {
          KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
        }),
      );
      bench.engine.put(name, 'k', { of: name });
    }
    expect((await bench.backup({ all: true })).result).toBe(0);
    for (const name of NAMES) await bench.engine.deleteTable(parseTableName(name));
    const { result, log } = await bench.restore({ tables: NAMES, yes: true });
    expect(result, log().join('\n')).toBe(0);
    for (const name of NAMES) expect(bench.engine.items(name).get('k'), name).toEqual({ of: name });
    for (const name of NAMES) expect((await bench.diff({ table: name })).result, name).toBe(0);
  });

  it('of 222 characters, which servers up to 2025.3 take, are backed up again and replaced, too', async () => {
    const bench = await workbench();
    const long = 'c'.repeat(222);
    await bench.fill(long, 3);
    for (const round of ['first', 'second', 'third']) {
      bench.engine.put(long, 'round', round);
      const { result, log } = await bench.backup({ tables: [long] });
      expect(result, log().join('\n')).toBe(0);
    }
    bench.engine.put(long, 'later', 1);
    const over = await bench.restore({ tables: [long], yes: true });
    expect(over.result, over.log().join('\n')).toBe(0);
    expect([...bench.engine.items(long).keys()]).toEqual(['k0', 'k1', 'k2', 'round']);
    let loads = 0;
    const back = await bench.restore(
      { tables: [long], yes: true },
      {
        engine: {
          refresh: (record, how) =>
            (loads += 1) === 1
              ? Promise.reject(new KnownError('program', 'no'))
              : bench.engine.refresh(record, how),
        },
      },
    );
    expect(back.log().join('\n')).toContain('is as it was before: 4 items read');
  });
});

describe('A node that cannot say who it is while options go back', () => {
  it('costs an option, not the table; and is not asked where no replication changes', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    await bench.backup({ tables: ['users'] });
    const before = bench.engine.calls.filter((call) => call === 'identify').length;
    expect((await bench.restore({ tables: ['users'], yes: true, recreate: true })).result).toBe(0);
    // Once for the plan.
    expect(bench.engine.calls.filter((call) => call === 'identify').length - before).toBe(1);

    bench.engine.change('users', (record) => ({
      ...record,
      keyspaceStatement: withOption(
        record.keyspaceStatement,
        'replication',
        `{'class': 'N', 'datacenter1': '2'}`,
      ),
    }));
    await bench.backup({ tables: ['users'] });
    let asked = 0;
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          identify: () =>
            (asked += 1) === 1
              ? bench.engine.identify()
              : Promise.reject(new KnownError('unavailable', 'no answer')),
        },
      },
    );
    expect(result, log().join('\n')).toBe(3);
    expect(log().join('\n')).toMatch(/replication .* could not be set: no answer/);
    expect(bench.engine.items('users').size).toBe(2);
  });
});

describe('A table that CQL has made', () => {
  it('gets its global indexes by UpdateTable, one at a time, after the data; local ones are told', async () => {
    const bench = await rich();
    await bench.backup({ tables: ['users'] });
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, schema: 'cql' },
      { engine: { execute: refusingViews(bench) } },
    );
    expect(result, log().join('\n')).toBe(3);
    expect(log()).toContain('INFO - Index ByAge added to users');
    const { calls } = bench.engine;
    expect(calls.lastIndexOf('addIndex')).toBeGreaterThan(calls.lastIndexOf('refresh'));
    expect(calls.filter((call) => call === 'addIndex')).toHaveLength(1);
    const drift = log().filter((line) => line.includes('settings drift'));
    expect(drift.filter((line) => line.includes('ByAge:'))).toEqual([]);
    expect(drift.join('\n')).toContain('index ByStatus: local, pk S HASH, status S RANGE → none');
  });
});

const refusingViews = (bench: Workbench) => async (statement: string) => {
  if (statement.startsWith('CREATE MATERIALIZED VIEW'))
    throw new KnownError('database', 'is not a valid materialized view name');
  await bench.engine.execute(statement);
};

describe('Where a table lies', () => {
  it('on tablets with a stream is refused where the server cannot make it, before anything is touched', async () => {
    const bench = await rich();
    bench.engine.change('users', (record) => ({ ...record, tablets: true }));
    await bench.backup({ tables: ['users'] });
    const calls = bench.engine.calls.length;
    const { result, log } = await bench.restore({ tables: ['users'], yes: true, recreate: true });
    expect(result).toBe(5);
    expect(log().join('\n')).toMatch(/'users' cannot be made on this server: .*stream/);
    expect(bench.engine.calls.slice(calls)).not.toContain('deleteTable');
  });

  it('comes back as it was, whatever its tags say now, and has its own tags in the end', async () => {
    const bench = await workbench();
    await bench.fill('users', 2);
    bench.engine.change('users', (record) => ({ ...record, tablets: true }));
    await bench.backup({ tables: ['users'] });
    const made: unknown[] = [];
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          createTable: async (creation) => {
            made.push(creation.input.Tags);
            const answer = await bench.engine.createTable(creation);
            bench.engine.change('users', (record) => ({ ...record, tablets: true }));
            return answer;
          },
        },
      },
    );
    expect(log().filter((line) => line.startsWith('WARNING'))).toEqual([]);
    expect(result).toBe(0);
    expect(made).toEqual([[{ Key: 'experimental:initial_tablets', Value: '0' }]]);
    expect((await schemaOf(bench)).schema.tags).toEqual([]);
  });
});
