import { describe, expect, it } from 'vitest';
import { splitStatements } from '../../../src/cql/splitter.js';
import { seen, textsOf } from './seen.js';

describe('the splitter', () => {
  it('finds table, index and views of a DESC TABLE, each with its ; and nothing around it', () => {
    const table = `CREATE TABLE alternator_t.t (\n    pk text,\n    PRIMARY KEY (pk)\n) WITH comment = '';`;
    const index = 'CREATE INDEX t_v_idx ON alternator_t.t(v);';
    const gsi = `CREATE MATERIALIZED VIEW alternator_t."t:g" AS\n    SELECT *\n    FROM alternator_t.t\n    WHERE \n    PRIMARY KEY (v, pk)\n    WITH comment = '';`;
    const text = `\n${table}\n\n${index}\n\n${gsi}\n`;

    expect(seen(text)).toEqual([
      'table alternator_t.t',
      'index t_v_idx',
      'materialized view alternator_t."t:g"',
    ]);
    expect(textsOf(text)).toEqual([table, index, gsi]);
  });

  it('gives the offsets of each statement in the text', () => {
    const text = '\uFEFF-- a\r\nDROP TABLE a;\r\n/* b */ DROP TABLE b;';
    expect(splitStatements(text)).toMatchObject([
      { text: 'DROP TABLE a;', start: 7, end: 20 },
      { text: 'DROP TABLE b;', start: 30, end: 43 },
    ]);
  });

  it.each([
    ['a string', `CREATE TABLE t (a int PRIMARY KEY) WITH comment = 'a;b''s -- "c';`],
    ['a quoted type', 'CREATE TABLE t (a frozen<"udt; DROP KEYSPACE ks">, PRIMARY KEY (a));'],
    ['a quoted column', `CREATE TABLE t ("col';-- @" int PRIMARY KEY);`],
    ['a $$ body', 'CREATE FUNCTION f() RETURNS int LANGUAGE java AS $$ a(); return "b;"; $$;'],
    ['a comment', "CREATE TABLE t (a int PRIMARY KEY) /* it's; */ WITH comment = ''; -- it's; over"],
    ['a password hash with $', "CREATE ROLE r WITH HASHED PASSWORD = '$2a$10$x;' AND LOGIN = true;"],
  ])('does not cut at a ; inside %s', (_what, text) => {
    expect(splitStatements(text)).toHaveLength(1);
  });

  it.each([
    ['CREATE KEYSPACE "alternator_A" WITH durable_writes = true;', 'keyspace "alternator_A"'],
    ['CREATE TYPE IF NOT EXISTS ks.a (a int);', 'type ks.a'],
    ['CREATE  TABLE ks.t (a int PRIMARY KEY);', 'table ks.t'],
    ['create table if not exists T (a int PRIMARY KEY);', 'table T'],
    ['CREATE TABLE ks . "T" (a int PRIMARY KEY);', 'table ks . "T"'],
    ['CREATE /* new */ TABLE /* here */ t(a int PRIMARY KEY);', 'table t'],
    ['CREATE COLUMNFAMILY ks.t (a int PRIMARY KEY);', 'table ks.t'],
    ['CREATE INDEX i ON ks.t(a);', 'index i'],
    ['CREATE INDEX ON ks.t(a);', 'index'],
    ['CREATE INDEX i ON ks.t ({"pk":["id"],"ck":["v1"]});', 'index i'],
    [`CREATE CUSTOM INDEX IF NOT EXISTS "I" ON ks.t (entries(a)) USING 'x';`, 'index "I"'],
    ['CREATE MATERIALIZED VIEW ks."t!:l" AS SELECT * FROM t PRIMARY KEY (a);', 'materialized view ks."t!:l"'],
    ['CREATE OR REPLACE FUNCTION ks.f(a int) LANGUAGE lua AS $$ $$;', 'function ks.f'],
    ['CREATE AGGREGATE ks.g(int) SFUNC f STYPE int INITCOND (0, 0);', 'aggregate ks.g'],
    [`CREATE ROLE IF NOT EXISTS 'jane' WITH LOGIN = true;`, "role 'jane'"],
    ['ALTER TABLE ks.t DROP a USING TIMESTAMP 5;', 'alter table ks.t'],
    ['GRANT SELECT ON TABLE ks.t TO andrew;', 'grant'],
    ['INSERT INTO ks.t (a) VALUES (1);', 'insert ks.t'],
    ['DROP MATERIALIZED VIEW IF EXISTS ks.v;', 'drop ks.v'],
    ['ALTER KEYSPACE ks WITH durable_writes = true;', 'unknown'],
    ['CREATE SERVICE LEVEL sl WITH timeout = 5ms;', 'unknown'],
    ['USE ks;', 'unknown'],
    ['CREATEX TABLE t;', 'unknown'],
  ])('knows what %s is', (text, expected) => {
    expect(seen(text)).toEqual([expected]);
  });

  it('takes unquoted Alternator names of old texts as they stand', () => {
    const text = `CREATE TABLE alternator_a-b.a-b (\n    PK text,\n    :attrs map<text, blob>,\n    PRIMARY KEY (PK)\n);
CREATE TABLE alternator_a-b.a-b_scylla_cdc_log (\n    cdc$stream_id blob,\n    cdc$time timeuuid,\n    PRIMARY KEY (cdc$stream_id, cdc$time)\n);
CREATE MATERIALIZED VIEW alternator_a-b.a-b:GSI1 AS SELECT * FROM alternator_a-b.a-b PRIMARY KEY (X, PK);`;
    expect(seen(text)).toEqual([
      'table alternator_a-b.a-b',
      'table alternator_a-b.a-b_scylla_cdc_log',
      'materialized view alternator_a-b.a-b:GSI1',
    ]);
  });

  it('never takes a comment for a statement, whatever is in it', () => {
    const text = `/* Do NOT execute this statement! It's only for informational purposes.

CREATE TABLE ks.t_scylla_cdc_log (
    p int PRIMARY KEY
) WITH comment = 'CDC log for ks.t';

*/
-- CREATE TABLE a (a int PRIMARY KEY);
// CREATE TABLE b (b int PRIMARY KEY);`;
    expect(splitStatements(text)).toEqual([]);
  });

  it('gives nothing for an empty text, blanks and stray semicolons', () => {
    expect(splitStatements('')).toEqual([]);
    expect(splitStatements('\uFEFF \r\n;; ;\n')).toEqual([]);
  });

  it('finds statements that have no ; at all, and leaves a comment behind them outside', () => {
    const first = 'CREATE TYPE ks.a (\n    a int\n)';
    const second = 'CREATE TYPE ks.b (\n    b frozen<a>\n)';
    const text = `\n${first}\n\n${second} -- the last one\n`;
    expect(seen(text)).toEqual(['type ks.a …', 'type ks.b …']);
    expect(textsOf(text)).toEqual([first, second]);
  });

  it('does not cut at a CREATE or DROP that belongs to a statement', () => {
    expect(seen('GRANT\nCREATE ON KEYSPACE ks TO a;')).toEqual(['grant']);
    expect(seen('ALTER TABLE ks.t\nDROP type;')).toEqual(['alter table ks.t']);
    expect(seen('ALTER TABLE ks.t\nALTER type TYPE int;')).toEqual(['alter table ks.t']);
  });

  it('takes a description WITH INTERNALS apart: an ID line at column 0, and ALTERs of a dropped column', () => {
    const text = `CREATE TABLE ks.t (\n    a int PRIMARY KEY,\n    b int\n) WITH ID = 018ad550-b25d-09d0-7e90-ea5438411dc7
AND comment = '';

ALTER TABLE ks.t DROP b USING TIMESTAMP 1589286942065000;
ALTER TABLE ks.t ADD b int;
`;
    expect(seen(text)).toEqual(['table ks.t', 'alter table ks.t', 'alter table ks.t']);
  });

  it('takes a batch as one unknown statement', () => {
    const batch =
      'BEGIN UNLOGGED BATCH\n  INSERT INTO a (b) VALUES (1);\n  INSERT INTO a (b) VALUES (2)\nAPPLY BATCH';
    expect(seen(`${batch};\nDROP TABLE a;`)).toEqual(['unknown', 'drop a']);
    expect(seen(`${batch}\nCREATE TABLE a (b int PRIMARY KEY);`)).toEqual(['unknown …', 'table a']);
  });

  it('does not cut in the middle of a line', () => {
    expect(seen('then run CREATE TABLE t (a int);')).toEqual(['unknown']);
    expect(seen('where scylla_tags = {};')).toEqual(['unknown']);
  });

  it('shows what it does not understand instead of leaving it out', () => {
    const text = `    AND compaction = {'class': 'SizeTiered''max_compaction_threshold': '32'}`;
    expect(seen(text)).toEqual(['unknown …']);
    expect(seen('CREATE TABLE [...] WITH [...]\n    AND cdc = {"delta":"full"};')).toEqual(['table [...]']);
  });
});
