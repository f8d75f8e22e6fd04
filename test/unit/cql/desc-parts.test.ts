import { describe, expect, it } from 'vitest';
import { descParts } from '../../../src/cql/desc-parts.js';
import { splitStatements } from '../../../src/cql/splitter.js';

const partsOf = (text: string) => descParts(splitStatements(text));
const leftOutOf = (text: string) =>
  partsOf(text).leftOut.map(({ statement, why }) => `${statement.kind} ${statement.name}: ${why}`);

const TABLE = `CREATE TABLE "alternator_my-t"."my-t" (\n    pk text,\n    PRIMARY KEY (pk)\n) WITH comment = ''`;
const view = (name: string) =>
  `CREATE MATERIALIZED VIEW "alternator_my-t"."my-t${name}" AS\n    SELECT cast(a AS int)\n    FROM "alternator_my-t"."my-t"\n    WHERE \n    PRIMARY KEY (v, pk)`;

describe('the parts of a description', () => {
  it('are the table, its indexes and its views in order of appearance', () => {
    const index = 'CREATE INDEX i ON "alternator_my-t"."my-t"(v)';
    expect(partsOf(`${TABLE};\n\n${index};\n\n${view(':b')};\n\n${view('!:a')};\n`)).toEqual({
      tables: [
        {
          name: '"alternator_my-t"."my-t"',
          table: [`${TABLE};\n`],
          streamLog: [],
          indexes: [`${index};\n`],
          views: [`${view(':b')};\n`, `${view('!:a')};\n`],
        },
      ],
      leftOut: [],
    });
  });

  it('end in exactly one ; and one line end, with or without them in the text', () => {
    for (const end of ['', ';', ';\n', ';;\n', '\n\nscylla_tags = {};', ' -- over']) {
      expect(partsOf(`${TABLE};\n${view(':g')}${end}`).tables[0]?.views).toEqual([`${view(':g')};\n`]);
    }
    expect(partsOf(`${TABLE}\n;\n`).tables[0]?.table).toEqual([`${TABLE}\n;\n`]);
  });

  it('do not put the ; into a comment', () => {
    const text = 'CREATE TABLE t (a int PRIMARY KEY) -- why\n;';
    expect(partsOf(text).tables[0]?.table).toEqual([`${text}\n`]);
    expect(partsOf('CREATE TABLE t (a int PRIMARY KEY) -- why').tables[0]?.table).toEqual([
      'CREATE TABLE t (a int PRIMARY KEY);\n',
    ]);
  });

  it('are the same for texts with \\r\\n and with \\n', () => {
    const text = `CREATE TABLE t (\n    a int PRIMARY KEY\n) WITH comment = 'one\ntwo';\n\nCREATE INDEX i ON t (a);\n`;
    const windows = partsOf(text.replaceAll('\n', '\r\n'));
    expect(windows.tables).toEqual(partsOf(text).tables);
  });

  it('keep a \\r that is part of a comment of the table', () => {
    const text = `CREATE TABLE t (\n    a int PRIMARY KEY\n) WITH comment = 'one\r\ntwo';\n`;
    expect(partsOf(text).tables[0]?.table).toEqual([text]);
  });

  it('have only \\n outside of literals when the line ends are mixed', () => {
    const text =
      "CREATE TABLE t (\r\n    a int PRIMARY KEY\n) WITH comment = 'one\r\ntwo'\r\n    AND gc_grace_seconds = 5;";
    expect(partsOf(text).tables[0]?.table).toEqual([
      "CREATE TABLE t (\n    a int PRIMARY KEY\n) WITH comment = 'one\r\ntwo'\n    AND gc_grace_seconds = 5;\n",
    ]);
  });

  it('include the ALTERs of WITH INTERNALS behind their table, in their order', () => {
    const drop = 'ALTER TABLE "alternator_my-t"."my-t" DROP v USING TIMESTAMP 5;\n';
    const add = 'ALTER TABLE "alternator_my-t"."my-t" ADD v int;\n';
    expect(partsOf(`${TABLE};\n${drop}${add}`).tables[0]?.table).toEqual([`${TABLE};\n`, drop, add]);
  });

  it('keep the ALTER of a stream log apart from the table', () => {
    const alter = 'ALTER TABLE "alternator_my-t"."my-t_scylla_cdc_log" WITH gc_grace_seconds = 0;\n';
    expect(partsOf(`${TABLE};\n${alter}`).tables[0]).toMatchObject({
      table: [`${TABLE};\n`],
      streamLog: [alter],
    });
  });

  it('leave out what the server makes itself: stream logs, LWT states, views behind indexes', () => {
    const text = `CREATE TABLE ks.t (a int PRIMARY KEY);
CREATE TABLE ks.t_scylla_cdc_log (a int PRIMARY KEY);
CREATE TABLE ks."t$paxos" (a int PRIMARY KEY);
CREATE INDEX t_a_idx ON ks.t (a);
CREATE MATERIALIZED VIEW ks.t_a_idx_index AS SELECT a FROM ks.t PRIMARY KEY (a, idx_token);
CREATE MATERIALIZED VIEW ks.other_index AS SELECT a FROM ks.t PRIMARY KEY (a);`;
    expect(leftOutOf(text)).toEqual([
      'table ks.t_scylla_cdc_log: the server makes it with its table',
      'table ks."t$paxos": the server makes it with its table',
      'materialized view ks.t_a_idx_index: the server makes it with its index',
    ]);
    const [table, another] = partsOf(text).tables;
    expect(another).toBeUndefined();
    expect(table?.name).toBe('ks.t');
    expect(table?.views).toEqual([
      'CREATE MATERIALIZED VIEW ks.other_index AS SELECT a FROM ks.t PRIMARY KEY (a);\n',
    ]);
  });

  it('take a table called like a stream log for what it is when it stands alone', () => {
    expect(partsOf('CREATE TABLE ks.t_scylla_cdc_log (a int PRIMARY KEY);').tables).toHaveLength(1);
    expect(leftOutOf('ALTER TABLE ks.t_scylla_cdc_log WITH gc_grace_seconds = 0;')).toEqual([
      'alter table ks.t_scylla_cdc_log: its table is not here',
    ]);
  });

  it('go to the table that they name, also when it is named without keyspace', () => {
    const text = `CREATE TABLE ks.a (a int PRIMARY KEY);
CREATE TABLE ks."A" (a int PRIMARY KEY);
CREATE INDEX i ON ks."A" (a);
CREATE INDEX ON a (a);`;
    expect(partsOf(text).tables).toMatchObject([
      { name: 'ks.a', indexes: ['CREATE INDEX ON a (a);\n'] },
      { name: 'ks."A"', indexes: ['CREATE INDEX i ON ks."A" (a);\n'] },
    ]);
  });

  it('find the table behind quoted names with dots', () => {
    const text = `CREATE TABLE "alternator_a.b"."a.b" (a int PRIMARY KEY);
CREATE TABLE "alternator_a"."a.b" (a int PRIMARY KEY);
CREATE MATERIALIZED VIEW "alternator_a.b"."a.b:g" AS SELECT * FROM "alternator_a.b"."a.b" PRIMARY KEY (v, a);`;
    expect(partsOf(text).tables.map(({ views }) => views.length)).toEqual([1, 0]);
  });

  it('find the table behind an unquoted name with dots and dashes', () => {
    const text = `CREATE TABLE alternator_a.b-c.a.b-c (a int PRIMARY KEY);
CREATE MATERIALIZED VIEW alternator_a.b-c.a.b-c:g AS SELECT * FROM alternator_a.b-c.a.b-c PRIMARY KEY (v, a);`;
    expect(partsOf(text).tables[0]?.views).toHaveLength(1);
    expect(partsOf(text).leftOut).toEqual([]);
  });

  it('say why a statement is in none of them', () => {
    const text = `CREATE KEYSPACE ks WITH durable_writes = true;
CREATE TABLE ks.t (a int PRIMARY KEY);
CREATE TABLE ks2.t (a int PRIMARY KEY);
CREATE INDEX i ON t (a);
CREATE INDEX j ON ks.u (a);
GRANT SELECT ON ks.t TO andrew;
scylla_tags = {};
TRUNCATE ks.t;`;
    expect(leftOutOf(text)).toEqual([
      'keyspace ks: not part of a table',
      'index i: its table is not clear',
      'index j: its table is not here',
      'grant : not part of a table',
      'extension line scylla_tags: not CQL',
      'unknown : unknown',
    ]);
  });

  it('are none when there is no CREATE TABLE', () => {
    expect(partsOf(`/* ${TABLE}; */`)).toEqual({ tables: [], leftOut: [] });
  });

  it('are refused when the quotes of a name do not match', () => {
    expect(() => partsOf('CREATE TABLE ks.a"b" (a int PRIMARY KEY);')).toThrow(/its quotes do not match/);
  });
});
