import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CannotSplit } from '../../../src/cql/cannot-split.js';
import { splitStatements } from '../../../src/cql/splitter.js';
import type { Statement } from '../../../src/cql/statement.js';
import { tableColumns } from '../../../src/cql/table-columns.js';
import { KnownError } from '../../../src/errors.js';
import { normalType } from '../../../src/model/fit-cql-type.js';
import type { Column } from '../../../src/model/table-record.js';

const SHARED = process.env['ALTERNATOR_BACKUP_SHARED'] ?? resolve(import.meta.dirname, '../../../../shared');
const DESC = join(SHARED, 'desc');
const TYPES = resolve(import.meta.dirname, '../../fixtures/cassandra-5.0.9/statistics/types');

/** `pk text P0`, `sk int C0`, `s decimal static`, `v blob`. */
const brief = (statement: string): readonly string[] =>
  tableColumns(statement).map(({ name, type, kind, position }) => {
    if (kind === 'partition_key') return `${name} ${type} P${position}`;
    if (kind === 'clustering') return `${name} ${type} C${position}`;
    expect(position).toBe(-1);
    return kind === 'static' ? `${name} ${type} static` : `${name} ${type}`;
  });

describe('The columns of a CREATE TABLE', () => {
  it.each([
    ['CREATE TABLE t (pk text PRIMARY KEY)', ['pk text P0']],
    ['CREATE TABLE t (pk text, v int, PRIMARY KEY (pk))', ['pk text P0', 'v int']],
    [
      'create columnfamily if not exists ks.t (a int, b int, primary key ((a, b)));',
      ['a int P0', 'b int P1'],
    ],
    [
      'CREATE TABLE t (c int, b int, a int, d int, PRIMARY KEY ((a, b), d, c)) WITH CLUSTERING ORDER BY (d DESC)',
      ['c int C1', 'b int P1', 'a int P0', 'd int C0'],
    ],
    ['CREATE TABLE t (PRIMARY KEY (a), a int)', ['a int P0']],
    [
      'CREATE TABLE "k.s"."a(b" ("(" text, ":attrs" map<varchar,blob>, "a""b" int, "a b" int STATIC, "PRIMARY" int, key int, PRIMARY KEY ("(", "a""b"))',
      ['( text P0', ':attrs map<text, blob>', 'a"b int C0', 'a b int static', 'PRIMARY int', 'key int'],
    ],
    [
      'CREATE TABLE t (a /* a, b */ int, -- PRIMARY KEY (b)\n b frozen < map<text, /* , */ frozen<list<int>>> > // x\n, PRIMARY KEY (a))',
      ['a int P0', 'b frozen<map<text, list<int>>>'],
    ],
    [
      'CREATE TABLE t (a int PRIMARY KEY, b ks."My, Type", c vector<float, 3>, d \'org.apache.cassandra.db.marshal.EmptyType\')',
      ['a int P0', 'b "My, Type"', 'c vector<float, 3>', 'd empty'],
    ],
    [
      "CREATE TABLE t (a int MASKED WITH f(g(1), 'a, b)') PRIMARY KEY, s text static MASKED WITH mask_null(), v int CHECK v > 3 AND v < 5)",
      ['a int P0', 's text static', 'v int'],
    ],
    [
      'CREATE TABLE alternator_a-b.a-b (PK text, :attrs map<text, blob>, cdc$time timeuuid, PRIMARY KEY (PK, cdc$time)) WITH x = (1)',
      ['PK text P0', ':attrs map<text, blob>', 'cdc$time timeuuid C0'],
    ],
    ['\uFEFF\r\n-- a table\r\nCREATE TABLE t (\r\n  a int,\r\n  PRIMARY KEY (a)\r\n)\r\n', ['a int P0']],
  ])('are read from %j', (statement, columns) => {
    expect(brief(statement)).toEqual(columns);
  });

  it('are those of system_schema.columns, for each type of Cassandra 5', () => {
    const listed = (JSON.parse(readFileSync(join(TYPES, 'columns.json'), 'utf8')) as Column[]).map(
      (column) => ({
        ...column,
        type: normalType(column.type),
      }),
    );
    const read = tableColumns(readFileSync(join(TYPES, 'table.cql'), 'utf8'));
    expect(read.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(listed);
  });

  it.each([
    ['SELECT * FROM t', 'the statement cannot be read: it is no CREATE TABLE'],
    [
      'CREATE MATERIALIZED VIEW v AS SELECT * FROM t PRIMARY KEY (a)',
      'v cannot be read: it is no CREATE TABLE',
    ],
    ['CREATE TABLE ks.t', 'the table ks.t cannot be read: it ends where "(" should be'],
    ['CREATE TABLE t (a int)', 'it has no PRIMARY KEY'],
    ['CREATE TABLE t ()', '")" stands at line 1, column 17, where a name should be'],
    ['CREATE TABLE t (a int, PRIMARY KEY ())', '")" stands at line 1, column 37, where a name should be'],
    ['CREATE TABLE t (a int, PRIMARY KEY (b))', 'its key column b is not among its columns'],
    ['CREATE TABLE t (a int, a text, PRIMARY KEY (a))', 'it names the column a twice'],
    ['CREATE TABLE t (a int, PRIMARY KEY (a, a))', 'it names the column a twice'],
    ['CREATE TABLE t (a int PRIMARY KEY, PRIMARY KEY (a))', 'it has two PRIMARY KEYs'],
    ['CREATE TABLE t (a, PRIMARY KEY (a))', '"," stands at line 1, column 18, where a type should be'],
    ['CREATE TABLE t (a map<int, PRIMARY KEY (a))', 'it ends where ">" should be'],
    ['CREATE TABLE t (a int PRIMARY KEY', 'it ends where "," should be'],
    ['CREATE TABLE t (\n  a int,\n  PRIMARY KEY (a', 'it ends where ")" should be'],
    ["CREATE TABLE t (\n a 'x", 'The string that begins at line 2, column 4 is never closed'],
    ['CREATE TABLE t (a int<text> PRIMARY KEY)', '"int<text>" is not a CQL type'],
    ['CREATE TABLE t (a list<text>> PRIMARY KEY)', '">" stands at line 1, column 29, where "," should be'],
    ['CREATE TABLE t (a int PRIMARY, v int)', '"PRIMARY" stands at line 1, column 23, where "," should be'],
    ['CREATE TABLE t (a int MASKED WITH f(x', 'it ends where ")" should be'],
  ])('are not guessed from %j', (statement, sentence) => {
    expect(() => tableColumns(statement)).toThrow(sentence);
    expect(() => tableColumns(statement)).toThrow(expect.objectContaining({ kind: 'damaged' }));
  });
});

describe('The public DESC samples', () => {
  const files = existsSync(DESC) ? readdirSync(DESC).filter((name) => /^\d/.test(name)) : [];
  const tables = files.flatMap((file) =>
    statementsOf(readFileSync(join(DESC, file), 'utf8'))
      .filter(({ kind }) => kind === 'table')
      .map(({ name, text }) => ({ sample: file.slice(0, 2), name, text })),
  );
  const columnsOf = (sample: string, index = 0) =>
    brief(tables.filter((table) => table.sample === sample)[index]?.text ?? '');

  it('all tell their columns, but for the one that its reporter elided', (ctx) => {
    ctx.skip(files.length === 0, `no samples in ${DESC}: set ALTERNATOR_BACKUP_SHARED`);
    const unread = tables.filter(({ text }) => {
      try {
        return !tableColumns(text).some(({ kind }) => kind === 'partition_key');
      } catch (error) {
        expect(error).toBeInstanceOf(KnownError);
        return true;
      }
    });
    expect(unread.map(({ sample }) => sample)).toEqual(['22']);
    expect(tables).toHaveLength(58);
  });

  it('tell them as they are written', (ctx) => {
    ctx.skip(files.length === 0, `no samples in ${DESC}: set ALTERNATOR_BACKUP_SHARED`);
    expect(columnsOf('01')).toEqual(['key text P0', ':attrs map<text, blob>']);
    expect(columnsOf('02')).toEqual([
      'dongleID text P0',
      'userID text C0',
      ':attrs map<text, blob>',
      'ttl decimal',
    ]);
    expect(columnsOf('03')).toEqual(['user_id decimal P0', ':attrs map<text, blob>']);
    expect(columnsOf('05')).toEqual([
      'PK text P0',
      'SK text C0',
      ':attrs map<text, blob>',
      'GSI1PK text',
      'GSI1SK text',
    ]);
    expect(columnsOf('10', 3)).toEqual(['pk blob P0', 'pk2 blob P1', 'CK blob C0', 'col1 blob', 'col2 blob']);
    expect(columnsOf('15')).toEqual([
      'a int P0',
      'b list<frozen<"some_udt; DROP KEYSPACE ks">>',
      "col''umn -- @quoting test!! int",
    ]);
    expect(columnsOf('53')).toContain('s2 decimal static');
    expect(columnsOf('54')).toContain('reg1 frozen<b>');
  });
});

/** Of a text that is cut off, what stands before. */
function statementsOf(text: string): readonly Statement[] {
  try {
    return splitStatements(text);
  } catch (error) {
    if (error instanceof CannotSplit) return error.before;
    throw error;
  }
}
