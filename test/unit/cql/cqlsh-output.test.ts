import { describe, expect, it } from 'vitest';
import { splitStatements } from '../../../src/cql/splitter.js';
import { seen, textsOf } from './seen.js';

const TABLE = `CREATE TABLE alternator_t.t (\n    pk text PRIMARY KEY\n) WITH comment = ''\n    AND speculative_retry = '99.0PERCENTILE'`;
const VIEW = `CREATE MATERIALIZED VIEW alternator_t."t:g" AS\n    SELECT *\n    FROM alternator_t.t\n    WHERE v IS NOT NULL\n    PRIMARY KEY (v, pk)\n    WITH comment = ''`;

describe('output of cqlsh', () => {
  it('keeps an extension line out of the view that it stands in, and behind the table', () => {
    const text = `${TABLE};\n\n${VIEW}\n\nscylla_tags = {};\n\nscylla_tags = {'owner': 'me; you'}\n`;
    expect(seen(text)).toEqual([
      'table alternator_t.t',
      'materialized view alternator_t."t:g" …',
      'extension line scylla_tags',
      'extension line scylla_tags …',
    ]);
    expect(textsOf(text)).toEqual([
      `${TABLE};`,
      VIEW,
      'scylla_tags = {};',
      "scylla_tags = {'owner': 'me; you'}",
    ]);
  });

  it('keeps several extension lines apart', () => {
    const text = `${TABLE};\n\ncdc = {'delta': 'keys'}\n\nscylla_encryption_options = {}\n`;
    expect(seen(text)).toEqual([
      'table alternator_t.t',
      'extension line cdc …',
      'extension line scylla_encryption_options …',
    ]);
  });

  it('leaves extensions that are options of the statement where they are', () => {
    const server = `${TABLE}\n    AND cdc = {'delta': 'keys'}\n    AND scylla_tags = {};`;
    const odd = `${TABLE}\n    AND\nscylla_tags = {};`;
    expect(textsOf(server)).toEqual([server]);
    expect(textsOf(odd)).toEqual([odd]);
  });

  it('shows what follows an extension line inside a statement, for it is lost to the statement', () => {
    expect(seen(`${TABLE}\nscylla_tags = {}\n    AND gc_grace_seconds = 5;`)).toEqual([
      'table alternator_t.t …',
      'extension line scylla_tags …',
      'unknown',
    ]);
  });

  it.each([
    ['a prompt with its command', 'cqlsh:alternator_my-t> DESC TABLE t;\n\n', ''],
    ['a prompt without a keyspace', 'cqlsh> DESCRIBE KEYSPACE "alternator_t"\n', '\ncqlsh> '],
    [
      'a prompt with a user',
      "cassandra@cqlsh:ks> USE ks;\ncassandra@cqlsh:ks> CONSISTENCY 'x\n",
      '\ncqlsh> exit\n',
    ],
    ['a prompt behind a byte order mark', '\uFEFFcqlsh> DESC t\n', ''],
    ['an echoed command', 'DESC TABLE "alternator_t"."t";\n', ''],
    ['an echoed command on the same line', 'DESCRIBE TABLE t; ', ''],
    [
      'the greeting',
      "Connected to Bob's Cluster at 127.0.0.1:9042\n[cqlsh 6.2.0 | Cassandra 3.0.8 | CQL spec 3.3.1]\nUse HELP for help.\n",
      '',
    ],
    [
      'a remark about versions',
      "WARNING: cqlsh was built against 5.0.2, but this server is 3.0.8.  Doesn't matter!\n",
      '',
    ],
    ['a remark about the history file', "Warning: Can't create directory at `/root/.cassandra`.\n", ''],
    [
      'warnings behind the answer',
      '',
      "\n\nWarnings :\nSimpleStrategy isn't recommended; use another.\n\nIt's two.\n\n",
    ],
    [
      'warnings before the answer',
      "\nWarnings :\nSimpleStrategy isn't recommended.\n\nCREATE is mentioned.\n\n",
      '',
    ],
    ['warnings before a comment', "Warnings :\nIt's one.\n\n/* it's\ntwo */ ", ''],
  ])('leaves out %s', (_what, before, after) => {
    const text = `${before}${TABLE};${after}`;
    expect(textsOf(text)).toEqual([`${TABLE};`]);
    expect(textsOf(text.replaceAll('\n', '\r\n'))).toEqual([`${TABLE};`.replaceAll('\n', '\r\n')]);
  });

  it('takes a statement typed at a prompt', () => {
    expect(textsOf(`cqlsh> ${TABLE};\ncqlsh>`)).toEqual([`${TABLE};`]);
  });

  it('ends a statement without ; at a prompt, at warnings and at an extension line behind warnings', () => {
    for (const after of ['cqlsh:ks> exit', 'Warnings :\nx', 'WARNING: x']) {
      expect(textsOf(`${TABLE}\n${after}\n${VIEW};`)[0]).toBe(TABLE);
    }
    expect(
      seen(`${TABLE}\n\nWarnings :\nx\n\nscylla_tags = {}\n\nWarnings :\ny\n\ncqlsh> DESC v\n${VIEW};`),
    ).toEqual([
      'table alternator_t.t …',
      'extension line scylla_tags …',
      'materialized view alternator_t."t:g"',
    ]);
  });

  it('does not mistake the inside of a string for a prompt or a warning', () => {
    const text = `CREATE TABLE t (a int PRIMARY KEY) WITH comment = 'one\ncqlsh> two\nWarnings :\nscylla_tags = {}\nCREATE TABLE x';`;
    expect(textsOf(text)).toEqual([text]);
  });

  it('does not mistake a column or an order for an echoed command', () => {
    const text =
      'CREATE TABLE t (\ndesc text,\nwarnings int,\nPRIMARY KEY (desc)\n) WITH CLUSTERING ORDER BY (a\nDESC);';
    expect(textsOf(text)).toEqual([text]);
  });

  it('shows an error that cqlsh printed as unknown', () => {
    const kinds = splitStatements(`<stdin>:1:InvalidRequest: unconfigured table\n${TABLE};`).map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['unknown', 'table']);
  });
});
