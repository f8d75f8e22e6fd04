import { describe, expect, it } from 'vitest';
import { CannotSplit } from '../../../src/cql/cannot-split.js';
import { splitStatements } from '../../../src/cql/splitter.js';
import { KnownError } from '../../../src/errors.js';

function refusalOf(text: string): CannotSplit {
  try {
    splitStatements(text);
  } catch (error) {
    if (error instanceof CannotSplit) return error;
    throw error;
  }
  throw new Error(`This was split: ${text}`);
}

const VIEW = 'CREATE MATERIALIZED VIEW ks.v AS';

describe('text that is damaged or cut off', () => {
  it.each([
    [
      'a string',
      "DROP TABLE a;\nCREATE TABLE t (a int PRIMARY KEY)\n  WITH comment = 'it''s",
      3,
      18,
      'The string',
    ],
    ['a quoted name', 'CREATE TABLE "ks', 1, 14, 'The quoted name'],
    ['a comment', '\r\n/* CREATE TABLE', 2, 1, 'The comment'],
    ['a $$ body', 'CREATE FUNCTION f() AS $$ a; $', 1, 24, 'The $$ body'],
    ['the map of an extension line', "scylla_tags = {'a': 'b'", 1, 15, 'The map'],
  ])('is refused when %s has no end', (_what, text, line, column, subject) => {
    const refusal = refusalOf(text);
    expect(refusal).toMatchObject({ line, column, kind: 'damaged' });
    expect(refusal.message).toBe(
      `${subject} that begins at line ${line}, column ${column} is never closed: the text is damaged or cut off.`,
    );
  });

  it.each([
    ['at the end', 'CREATE TABLE ks.t (\n    a int,\n    PRIMARY KEY (a)', 'line 3, column 20'],
    ['at a ;', 'CREATE TABLE ks.t (\n    a int;\nDROP TABLE b;', 'line 2, column 10'],
    ['at a prompt', 'CREATE TABLE ks.t (\n    a int\ncqlsh> DESC b', 'line 3, column 1'],
    [
      'at the ; of another table',
      'CREATE TABLE ks.t (\n a int\nCREATE TABLE b (a int PRIMARY KEY);',
      'line 3, column 35',
    ],
  ])('is refused when a parenthesis is open %s', (_where, text, ended) => {
    expect(refusalOf(text)).toMatchObject({
      line: 1,
      column: 19,
      message: `The "(" at line 1, column 19 is still open where the table ks.t ends, at ${ended}.`,
    });
  });

  it.each(['CREATE TABLE t (a int));', 'CREATE TABLE t (a int];', 'DROP TABLE t };'])(
    'is refused when a bracket closes nothing: %s',
    (text) => {
      expect(refusalOf(text).message).toMatch(
        /^The "[)\]}]" at line 1, column \d+ closes nothing: the text is damaged\.$/,
      );
    },
  );

  it.each([
    ['behind AS', VIEW],
    ['before PRIMARY KEY', `${VIEW}\n    SELECT * FROM t\n    WHERE a IS NOT NULL`],
    ['inside PRIMARY KEY, yet with a ;', `${VIEW} SELECT * FROM t PRIMARY;`],
    ['before another statement', `${VIEW} SELECT * FROM t\nCREATE TABLE a (a int PRIMARY KEY);`],
    ['and its only PRIMARY KEY is a comment', `${VIEW} SELECT * FROM t /* PRIMARY KEY (a) */;`],
  ])('is refused when a view breaks off %s', (_where, text) => {
    expect(refusalOf(text).message).toBe(
      'The text of the materialized view ks.v at line 1, column 1 is cut off: it has no PRIMARY KEY.',
    );
  });

  it.each([
    ['CREATE TABLE ks.t', 'it breaks off before its columns'],
    ['CREATE INDEX i ON ks.t', 'it breaks off before its columns'],
    ["CREATE TABLE ks.t (a int PRIMARY KEY) WITH comment = '' AND", 'it breaks off in the middle'],
    ['CREATE TABLE ks.t (a int PRIMARY KEY) WITH comment =', 'it breaks off in the middle'],
    ['CREATE TABLE ks.t (a int PRIMARY KEY) WITH comm', 'it breaks off in the middle'],
    [
      "CREATE TABLE ks.t (a int PRIMARY KEY) WITH comment = ''\n    AND CLUSTERING ORDER",
      'it breaks off in the middle',
    ],
    ['BEGIN BATCH INSERT INTO a (b) VALUES (1);', 'its APPLY BATCH is missing'],
  ])('is refused: %s', (text, why) => {
    expect(refusalOf(text).message).toMatch(new RegExp(` at line 1, column 1 is cut off: ${why}\\.$`));
  });

  it('counts lines whatever their ends', () => {
    expect(refusalOf("a;\rb;\r\nc;\n 'd")).toMatchObject({ line: 4, column: 2 });
  });

  it('hands over the whole statements in front of the damage', () => {
    const { before } = refusalOf(`CREATE TABLE ks.t (a int PRIMARY KEY);\n${VIEW}`);
    expect(before.map(({ name }) => name)).toEqual(['ks.t']);
  });

  it('is a failure that we can name', () => {
    expect(refusalOf("'")).toBeInstanceOf(KnownError);
  });

  it('is accepted where a statement without ; may be whole', () => {
    expect(splitStatements('CREATE TABLE ks.t (a int PRIMARY KEY) WITH COMPACT STORAGE')).toHaveLength(1);
    expect(
      splitStatements("CREATE KEYSPACE ks WITH replication = {'class': 'x'} AND durable_writes = true"),
    ).toHaveLength(1);
  });
});
