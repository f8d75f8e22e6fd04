import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tableColumns } from '../../../src/cql/table-columns.js';
import { misfits, type SSTableHeader } from '../../../src/model/fit.js';
import {
  readSerializationHeader,
  type SerializationHeader,
} from '../../../src/model/serialization-header.js';
import type { Column } from '../../../src/model/table-record.js';
import { fileOf, fixture, recorded } from '../../support/statistics-file.js';

const key = (name: string, type: string, position = 0): Column => ({
  name,
  type,
  kind: 'partition_key',
  position,
});
const sort = (name: string, type: string, position = 0): Column => ({
  name,
  type,
  kind: 'clustering',
  position,
});
const data = (name: string, type: string, kind = 'regular'): Column => ({ name, type, kind, position: -1 });
const ATTRS = data(':attrs', 'map<text, blob>');

/** The recorded table: hash `pk` S, range `sk` N, a local index on `status`. */
const ORDERS = [ATTRS, key('pk', 'text'), sort('sk', 'decimal'), data('status', 'text')];
const PLAIN = [ATTRS, key('pk', 'text'), sort('sk', 'decimal')];

const ORDERS_HEADER: SerializationHeader = {
  partitionKey: ['text'],
  clustering: ['decimal'],
  staticColumns: [],
  regularColumns: [
    { name: ':attrs', type: 'map<text, blob>' },
    { name: 'status', type: 'text' },
  ],
};
const headers = (...list: SerializationHeader[]): SSTableHeader[] =>
  list.map((header, i) => ({ sstable: `me-${i + 1}-big`, header }));

describe('SSTables fit', () => {
  it('a table of the same columns, in whatever order and spelling these are listed', () => {
    const respelled = ORDERS.toReversed().map((column) => ({
      ...column,
      type: column.type.replace('text', 'varchar').replace(', ', ','),
    }));
    expect(misfits({ columns: ORDERS, headers: headers(ORDERS_HEADER) }, respelled)).toEqual([]);
    expect(misfits({ headers: headers(ORDERS_HEADER) }, respelled)).toEqual([]);
  });

  it('by the positions of the keys, not by the order in which they are listed', () => {
    const columns = [sort('d', 'int', 1), sort('c', 'text'), key('b', 'int', 1), key('a', 'text')];
    const header = {
      ...ORDERS_HEADER,
      partitionKey: ['text', 'int'],
      clustering: ['text', 'int'],
      regularColumns: [],
    };
    expect(misfits({ columns, headers: headers(header) }, columns.toReversed())).toEqual([]);
    expect(misfits({ headers: headers(header) }, columns)).toEqual([]);
  });

  it('although their headers lack columns that no row had', () => {
    const bare = { ...ORDERS_HEADER, regularColumns: [] };
    expect(misfits({ columns: ORDERS, headers: headers(bare, ORDERS_HEADER) }, ORDERS)).toEqual([]);
    expect(misfits({ headers: headers(bare) }, ORDERS)).toEqual([]);
  });

  it('under other key names when nobody knows what they were called', () => {
    const renamed = [ATTRS, key('id', 'text'), sort('at', 'decimal'), data('status', 'text')];
    expect(misfits({ headers: headers(ORDERS_HEADER) }, renamed)).toEqual([]);
  });

  it('any table when there are none', () => {
    expect(misfits({ headers: [] }, ORDERS)).toEqual([]);
  });
});

describe('Saved columns do not fit', () => {
  it.each<[string, readonly Column[], readonly Column[], readonly string[]]>([
    [
      'a sort key of another type (E007)',
      PLAIN,
      [ATTRS, key('pk', 'text'), sort('sk', 'text')],
      ['The clustering key is sk decimal in the backup, sk text in the new table.'],
    ],
    [
      'a partition key of another type (E010)',
      PLAIN,
      [ATTRS, key('pk', 'decimal'), sort('sk', 'decimal')],
      ['The partition key is pk text in the backup, pk decimal in the new table.'],
    ],
    [
      'a table without their range key (E013)',
      PLAIN,
      [ATTRS, key('pk', 'text')],
      ['The clustering key is sk decimal in the backup, none in the new table.'],
    ],
    [
      'a table with a range key they lack (E014)',
      [ATTRS, key('pk', 'text')],
      PLAIN,
      ['The clustering key is none in the backup, sk decimal in the new table.'],
    ],
    [
      'keys of other names (E015)',
      PLAIN,
      [ATTRS, key('id', 'text'), sort('at', 'decimal')],
      [
        'The partition key is pk text in the backup, id text in the new table.',
        'The clustering key is sk decimal in the backup, at decimal in the new table.',
      ],
    ],
    [
      'keys in another order',
      [key('a', 'int', 0), key('b', 'int', 1), sort('c', 'int', 0), sort('d', 'int', 1)],
      [key('b', 'int', 0), key('a', 'int', 1), sort('d', 'int', 0), sort('c', 'int', 1)],
      [
        'The partition key is (a int, b int) in the backup, (b int, a int) in the new table.',
        'The clustering key is (c int, d int) in the backup, (d int, c int) in the new table.',
      ],
    ],
    [
      'a table without the local index whose key is a column (E004)',
      ORDERS,
      PLAIN,
      ['The column status is text in the backup, missing in the new table.'],
    ],
    [
      'a table with a local index that they know nothing of (E006)',
      PLAIN,
      ORDERS,
      ['The column status is missing in the backup, text in the new table: an index on it would stay empty.'],
    ],
    [
      'a table with a local index on another attribute (E016)',
      ORDERS,
      [...PLAIN, data('uni', 'text')],
      [
        'The column status is text in the backup, missing in the new table.',
        'The column uni is missing in the backup, text in the new table: an index on it would stay empty.',
      ],
    ],
    [
      'a column of another type',
      ORDERS,
      [...PLAIN, data('status', 'decimal')],
      ['The column status is text in the backup, decimal in the new table.'],
    ],
    [
      'a column that is frozen',
      PLAIN,
      [data(':attrs', 'frozen<map<text, blob>>'), key('pk', 'text'), sort('sk', 'decimal')],
      ['The column :attrs is map<text, blob> in the backup, frozen<map<text, blob>> in the new table.'],
    ],
    [
      'a column that is static',
      ORDERS,
      [...PLAIN, data('status', 'text', 'static')],
      ['The column status is text in the backup, static text in the new table.'],
    ],
  ])('%s', (_, columns, wanted, sentences) => {
    expect(misfits({ columns, headers: [] }, wanted)).toEqual(sentences);
    expect(misfits({ columns, headers: [] }, columns)).toEqual([]);
  });
});

describe('Headers alone do not fit', () => {
  it.each<[string, readonly Column[], readonly string[]]>([
    [
      'a sort key of another type',
      [ATTRS, key('pk', 'text'), sort('sk', 'text'), data('status', 'text')],
      ['The clustering key is decimal in the SSTables, sk text in the new table (me-1-big and 2 more).'],
    ],
    [
      'a table without a range key',
      [ATTRS, key('pk', 'text'), data('status', 'text')],
      ['The clustering key is decimal in the SSTables, none in the new table (me-1-big and 2 more).'],
    ],
    [
      'a table that lacks a column of one of them',
      PLAIN,
      ['The column status is text in the SSTables, missing in the new table (me-2-big).'],
    ],
  ])('%s', (_, wanted, sentences) => {
    const bare = { ...ORDERS_HEADER, regularColumns: [] };
    expect(misfits({ headers: headers(bare, ORDERS_HEADER, bare) }, wanted)).toEqual(sentences);
  });
});

describe('Headers that contradict the saved columns', () => {
  it('are told, though the saved ones fit the new table', () => {
    const other: SerializationHeader = {
      partitionKey: ['text', 'text'],
      clustering: [],
      staticColumns: [{ name: 'status', type: 'text' }],
      regularColumns: [
        { name: ':attrs', type: 'map<text, text>' },
        { name: 'gone', type: 'int' },
      ],
    };
    expect(misfits({ columns: ORDERS, headers: headers(other, ORDERS_HEADER, other) }, ORDERS)).toEqual([
      'The partition key is (text, text) in the SSTables, pk text in the saved columns (me-1-big and 1 more).',
      'The clustering key is none in the SSTables, sk decimal in the saved columns (me-1-big and 1 more).',
      'The column status is static text in the SSTables, text in the saved columns (me-1-big and 1 more).',
      'The column :attrs is map<text, text> in the SSTables, map<text, blob> in the saved columns (me-1-big and 1 more).',
      'The column gone is int in the SSTables, missing in the saved columns (me-1-big and 1 more).',
    ]);
  });

  it('are told of a column whose type is called as if it were none', () => {
    const odd = { ...ORDERS_HEADER, regularColumns: [{ name: 'x', type: 'missing' }] };
    expect(misfits({ headers: headers(odd) }, PLAIN)).toHaveLength(1);
  });

  it('do not repeat what the saved columns say already', () => {
    expect(misfits({ columns: ORDERS, headers: headers(ORDERS_HEADER) }, PLAIN)).toEqual([
      'The column status is text in the backup, missing in the new table.',
    ]);
  });
});

describe('Real SSTables', () => {
  const TABLES = {
    orders: 'scylla-2025.1/statistics/orders',
    log: 'scylla-2025.1/statistics/streamed-cdc-log',
    types: 'cassandra-5.0.9/statistics/types',
    cassandraOrders: 'cassandra-5.0.9/statistics/orders',
  };
  const held: Partial<Record<keyof typeof TABLES, SSTableHeader[]>> = {};

  beforeAll(async () => {
    for (const [name, folder] of Object.entries(TABLES)) {
      const file = recorded(folder);
      const header = await readSerializationHeader(fileOf(file.name, file.bytes));
      held[name as keyof typeof TABLES] = [{ sstable: file.name, header }];
    }
  });

  const statement = (folder: string, file: string) =>
    tableColumns(readFileSync(join(fixture(folder), file), 'utf8'));
  const systemSchema = (folder: string) =>
    JSON.parse(readFileSync(join(fixture(folder), 'columns.json'), 'utf8')) as Column[];

  it('of Scylla fit the statement that its snapshot holds', () => {
    for (const [name, folder] of [
      ['orders', TABLES.orders],
      ['log', TABLES.log],
    ] as const) {
      const columns = statement(folder, 'schema.cql');
      expect(misfits({ columns, headers: held[name] ?? [] }, columns)).toEqual([]);
      expect(misfits({ headers: held[name] ?? [] }, columns)).toEqual([]);
    }
  });

  it('of Cassandra fit both its statement and its list of columns', () => {
    const columns = systemSchema(TABLES.types);
    const created = statement(TABLES.types, 'table.cql');
    expect(misfits({ columns, headers: held.types ?? [] }, created)).toEqual([]);
    expect(misfits({ columns: created, headers: held.types ?? [] }, columns)).toEqual([]);
    const orders = systemSchema(TABLES.cassandraOrders);
    expect(misfits({ columns: orders, headers: held.cassandraOrders ?? [] }, orders)).toEqual([]);
  });

  it('do not fit the table of another', () => {
    const log = statement(TABLES.log, 'schema.cql');
    expect(misfits({ headers: held.orders ?? [] }, log)[0]).toMatch(
      /^The partition key is text in the SSTables, cdc\$stream_id blob in the new table \(me-.*Statistics\.db\)\.$/,
    );
    expect(misfits({ columns: ORDERS, headers: held.types ?? [] }, ORDERS).length).toBeGreaterThan(20);
  });
});
