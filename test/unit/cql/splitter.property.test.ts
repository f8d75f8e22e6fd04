import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CannotSplit } from '../../../src/cql/cannot-split.js';
import { quoteName, quoteString } from '../../../src/cql/quoting.js';
import { splitStatements } from '../../../src/cql/splitter.js';
import { fileTextOf, joinStatements } from '../../../src/cql/statement-text.js';
import type { Statement } from '../../../src/cql/statement.js';

/** Pieces that open, close, cut or look like something, so that chance puts them into each other's way. */
const PIECES =
  `CREATE|TABLE|CREATE TABLE |CREATE TYPE a.b (x int)|CREATE INDEX ON a(b)|CREATE MATERIALIZED VIEW v AS SELECT
PRIMARY KEY (a)|FROM t|GRANT a TO b|INSERT INTO|DROP TABLE|ALTER TABLE|IF NOT EXISTS|ON|USE ks|BEGIN BATCH|APPLY BATCH
'|"|''|$$|$|--|//|/*|*/|;|;|(|)|{|}|[|]|=|AND |WITH |scylla_tags = {|cdc = {}|cqlsh> |cqlsh:ks> |u@cqlsh> |Warnings :
WARNING: it's|DESC|DESC t;|DESCRIBE x|Connected to x at y:1|[cqlsh 6]|Use HELP for help.|word|ks.t|.|1|0x1f
018ad550-b25d-09d0-7e90-ea5438411dc7|\uFEFF|é|😀`.split(/[|\n]/);
const BREAKS = ['\n', '\n', '\r\n', '\r', ' ', ''];

const anyText = fc
  .array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom(...BREAKS)), { maxLength: 30 })
  .map((pieces) => pieces.flat().join(''));

/** What is left of a statement when its place is forgotten. Names lie inside the text, so line ends change there too. */
const contents = (statements: readonly Statement[]) =>
  statements.map((one) => [one.kind, one.name.replaceAll(/\r\n?/g, '\n'), fileTextOf(one)]);

describe('the splitter, whatever the text', () => {
  it('gives pieces of the text in order, or refuses with its own error', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: 'binary' })), (text) => {
        const statements = splitOrRefuse(text);
        let rebuilt = '';
        for (const { start, end, text: own, terminated } of statements) {
          expect(start).toBeGreaterThanOrEqual(rebuilt.length);
          rebuilt += text.slice(rebuilt.length, start) + own;
          expect(rebuilt).toHaveLength(end);
          expect(own).not.toMatch(/^[ \t\r\n\uFEFF]|[ \t\r\n\uFEFF]$/);
          expect(own.endsWith(';')).toBe(terminated);
        }
        expect(rebuilt + text.slice(rebuilt.length)).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  it('gives the same statements again for its own output', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = splitOrRefuse(text);
        expect(contents(splitStatements(joinStatements(once)))).toEqual(contents(once));
      }),
      { numRuns: 3000 },
    );
  });

  it('finds exactly the statements of a description, whatever stands between and inside them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyStatement, anyGap), { maxLength: 8 }),
        fc.boolean(),
        (parts, windows) => {
          const text = `\n${parts.map(([statement, gap]) => `${statement.text}\n${gap}\n`).join('')}`;
          const found = splitStatements(windows ? text.replaceAll('\n', '\r\n') : text);
          expect(found.map(({ kind, name }) => ({ kind, name }))).toEqual(
            parts.map(([{ kind, name }]) => ({ kind, name })),
          );
          expect(found.map((statement) => statement.text.replaceAll('\r\n', '\n'))).toEqual(
            parts.map(([statement]) => statement.text),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });
});

function splitOrRefuse(text: string): readonly Statement[] {
  try {
    return splitStatements(text);
  } catch (error) {
    if (error instanceof CannotSplit) return [];
    throw error;
  }
}

const anyGap = fc.constantFrom(
  '',
  '\uFEFF',
  "-- it's a comment; CREATE TABLE a (b int);",
  "/* Do NOT execute this! It's\n\nCREATE TABLE a.b (c int PRIMARY KEY);\n*/",
  'cqlsh:ks> DESC TABLE "a";\n',
  "Warnings :\nIt's (one\n\nAnd; two\n",
  "WARNING: cqlsh doesn't match",
);

const anyWord = fc.stringMatching(/^[aZ:!.\-'"$; (){}]{1,12}$/);
const anyComment = anyWord.map((value) => quoteString(`${value}\nCREATE TABLE x\ncqlsh> `));

const anyStatement = fc
  .tuple(fc.integer({ min: 0, max: 5 }), anyWord, anyComment, fc.boolean())
  .map(([which, plain, comment, ends]): Pick<Statement, 'kind' | 'name' | 'text'> => {
    const name = `ks.${quoteName(plain)}`;
    const body = ends ? ';' : '';
    switch (which) {
      case 0:
        return {
          kind: 'table',
          name,
          text: `CREATE TABLE ${name} (\n    a int PRIMARY KEY\n) WITH comment = ${comment}${body}`,
        };
      case 1:
        return {
          kind: 'index',
          name: quoteName(plain),
          text: `CREATE INDEX ${quoteName(plain)} ON ks.t((a),b)${body}`,
        };
      case 2:
        return {
          kind: 'materialized view',
          name,
          text: `CREATE MATERIALIZED VIEW ${name} AS\n    SELECT *\n    FROM ks.t\n    WHERE \n    PRIMARY KEY (a)\n    WITH comment = ${comment}${body}`,
        };
      case 3:
        return {
          kind: 'alter table',
          name,
          text: `ALTER TABLE ${name} DROP ${quoteName(plain)} USING TIMESTAMP 1;`,
        };
      case 4:
        return {
          kind: 'function',
          name,
          text: `CREATE FUNCTION ${name}() RETURNS int LANGUAGE lua AS $$ it's;\nCREATE TABLE $$${body}`,
        };
      default:
        return {
          kind: 'extension line',
          name: 'scylla_tags',
          text: `scylla_tags = {'a;': ${comment}}${body}`,
        };
    }
  });
