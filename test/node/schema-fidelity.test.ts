import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCql, type Cql } from './harness/cql.js';
import { liveOptions } from './harness/live-options.js';
import { indexKeys, richItems, richTable, type KeyTypes } from './harness/rich-table.js';
import { withNode } from './harness/with-node.js';

const ITEMS = 250;

/** What no CreateTable can set: each one unlike what a server gives. */
const optionsChanged = (table: string): readonly string[] => {
  const named = (name: string) => `"alternator_${table}"."${name}"`;
  return [
    `ALTER TABLE ${named(table)} WITH gc_grace_seconds = 4321
      AND compaction = {'class': 'LeveledCompactionStrategy', 'sstable_size_in_mb': '64'}
      AND compression = {'class': 'ZstdCompressor', 'chunk_length_in_kb': '4'}
      AND caching = {'keys': 'NONE', 'rows_per_partition': '10'}
      AND comment = 'it''s mine; CREATE TABLE "x" -- $$ /*'`,
    `ALTER MATERIALIZED VIEW ${named(`${table}:ByOwner`)} WITH gc_grace_seconds = 1234
      AND comment = 'the view''s; own' AND compression = {'enabled': 'false'}`,
    `ALTER KEYSPACE "alternator_${table}" WITH durable_writes = false`,
  ];
};

describe('A schema that was backed up, deleted and restored', () => {
  const bench = withNode();
  let cql: Cql;
  beforeAll(async () => {
    cql = await openCql(bench.node.addresses);
  });
  afterAll(() => cql.close());

  async function everything(table: string, types: KeyTypes) {
    const indexes = indexKeys(types);
    const read = async ([index, attribute, value]: (typeof indexes)[number]) => ({
      index,
      all: await bench.reader.contents(table, index),
      some: await bench.reader.query(table, index, attribute, value),
    });
    return {
      items: await bench.reader.contents(table),
      schema: await bench.reader.schema(table),
      options: await liveOptions(cql, table),
      indexes: await Promise.all(indexes.map(read)),
    };
  }

  async function made(table: string, types: KeyTypes, extra: Parameters<typeof richTable>[2] = {}) {
    await bench.reader.createTable(richTable(table, types, extra));
    await bench.reader.setTimeToLive(table, 'expires');
    await bench.reader.put(table, richItems(ITEMS, types));
    for (const statement of optionsChanged(table)) await cql.execute(statement);
  }

  it.each([
    ['S', 'N', 'on demand'],
    ['N', 'B', 'provisioned'],
    ['B', 'S', 'on demand'],
  ] as const)(
    'keys %s and %s, %s: keys, indexes, tags, expiry, stream, options and items are as before, and schema diff says so (T-63, T-46, T-58)',
    async (hash, range, billing) => {
      const table = `Rich-${hash}${range}`;
      await made(
        table,
        { hash, range },
        billing === 'provisioned'
          ? {
              BillingMode: 'PROVISIONED',
              ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 3 },
            }
          : {},
      );
      const before = await everything(table, { hash, range });
      expect(before.items.size).toBe(ITEMS);
      for (const { all, some } of before.indexes) {
        expect(all.size).toBe(ITEMS * 0.9);
        expect(some.length).toBeGreaterThan(3);
      }

      await bench.tool.expect(0, ['backup', table]);
      await bench.reader.deleteTable(table);
      const { stderr } = await bench.tool.expect(0, ['restore', table, '--yes']);
      expect(stderr).not.toContain('WARNING');

      expect(await everything(table, { hash, range })).toEqual(before);
      const { stdout } = await bench.tool.expect(0, ['schema', 'diff', table]);
      expect(stdout).toMatch(new RegExp(`^Equal: backup \\S+ of ${table} and the live table ${table}\\n$`));
      await bench.reader.deleteTable(table);
    },
  );

  it('--no-table-options leaves the options as the server makes them, and says of each that it is another one: exit 3', async () => {
    const table = 'rich-left';
    const types = { hash: 'S', range: 'N' } as const;
    await bench.reader.createTable(richTable(table, types));
    const made = await liveOptions(cql, table);
    await bench.reader.put(table, richItems(ITEMS, types));
    for (const statement of optionsChanged(table)) await cql.execute(statement);
    const items = await bench.reader.contents(table);
    await bench.tool.expect(0, ['backup', table]);
    await bench.reader.deleteTable(table);

    const { stderr } = await bench.tool.expect(3, ['restore', table, '--yes', '--no-table-options']);
    const drift = [
      ...stderr.matchAll(/WARNING - settings drift: rich-left: ([^']*?option \w+) (.*) → (.*)/g),
    ];
    expect(stderr.match(/WARNING/g)).toHaveLength(drift.length);
    expect(drift.map(([, what]) => what).sort()).toEqual([
      'keyspace option durable_writes',
      'table option caching',
      'table option comment',
      'table option compaction',
      'table option compression',
      'table option gc_grace_seconds',
      'view rich-left:ByOwner: option comment',
      'view rich-left:ByOwner: option compression',
      'view rich-left:ByOwner: option gc_grace_seconds',
    ]);
    expect(await liveOptions(cql, table)).toEqual(made);
    expect(await bench.reader.contents(table)).toEqual(items);
    await bench.reader.deleteTable(table);
  });
});
