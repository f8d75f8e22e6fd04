import { describe, expect, it } from 'vitest';
import { withoutOption, withOptionSet } from '../../../src/cql/edit-options.js';
import { ownTypesIn } from '../../../src/cql/own-types.js';
import { mapEntries } from '../../../src/cql/with-options.js';

const ID = '3c81fb00-e5c7-11f1-aab3-5f7f350319c0';

describe('Taking an option out of a statement', () => {
  it.each([
    [`CREATE TABLE t (p text PRIMARY KEY) WITH ID = ${ID};`, 'CREATE TABLE t (p text PRIMARY KEY);'],
    [`CREATE TABLE t (p text PRIMARY KEY) WITH id=${ID}`, 'CREATE TABLE t (p text PRIMARY KEY)'],
    [
      `CREATE TABLE t (p int) WITH ID = '${ID}'\n    AND comment = 'x';`,
      `CREATE TABLE t (p int) WITH comment = 'x';`,
    ],
    [
      `CREATE TABLE t (p int) WITH comment = 'x'\n    AND ID = ${ID}\n    AND a = 1;`,
      `CREATE TABLE t (p int) WITH comment = 'x'\n    AND a = 1;`,
    ],
    [
      `CREATE TABLE t (p int) WITH CLUSTERING ORDER BY (c ASC) AND ID = ${ID};`,
      'CREATE TABLE t (p int) WITH CLUSTERING ORDER BY (c ASC);',
    ],
  ])('%s', (statement, without) => {
    expect(withoutOption(statement, 'id')).toBe(without);
  });

  it('leaves a text alone that has it within a string, a comment or a name only', () => {
    const statement = `CREATE TABLE "t WITH ID = 1" ("id" int PRIMARY KEY) /* WITH ID = 2 */ WITH comment = ' AND ID = 3';`;
    expect(withoutOption(statement, 'id')).toBe(statement);
  });
});

describe('Setting an option of a statement', () => {
  it('goes behind all others, before the final `;`, and before a comment behind it', () => {
    expect(
      withOptionSet(`CREATE KEYSPACE k WITH a = {'b': 'AND'} ; -- end`, 'tablets', `{'enabled': false}`),
    ).toBe(`CREATE KEYSPACE k WITH a = {'b': 'AND'} AND tablets = {'enabled': false} ; -- end`);
    expect(withOptionSet('CREATE KEYSPACE k', 'a', '1')).toBe('CREATE KEYSPACE k WITH a = 1');
  });

  it('takes the place of the one that is there', () => {
    expect(
      withOptionSet(`CREATE KEYSPACE k WITH replication={'class': 'X'} AND b = 1;`, 'replication', '{}'),
    ).toBe('CREATE KEYSPACE k WITH replication={} AND b = 1;');
  });
});

it('A map literal is read entry by entry', () => {
  expect([...mapEntries(`{'class': 'a:b', 'dc1': ['r1', 'r2'], "dc2": 3}`)]).toEqual([
    ['class', `'a:b'`],
    ['dc1', `['r1', 'r2']`],
    ['"dc2"', '3'],
  ]);
});

it('Types that CREATE TYPE has made are found in the type of a column', () => {
  expect(ownTypesIn('map<text, frozen<list<decimal>>>')).toEqual([]);
  expect(ownTypesIn('frozen<addr>')).toEqual(['addr']);
  expect(ownTypesIn('list<frozen<"Addr">>')).toEqual(['"Addr"']);
});
