import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../node-under-test/nodetool/arguments.js';
import { shownBinarySize, shownSize } from '../../node-under-test/nodetool/sizes.js';
import { textTable } from '../../node-under-test/nodetool/text-table.js';
import { StoredNames } from '../../node-under-test/stored-names.js';

describe('arguments of nodetool', () => {
  const grammar = {
    options: [
      { name: 'tag', short: 't', takesValue: true },
      { name: 'table', takesValue: true },
      { name: 'load-and-stream', takesValue: false },
    ],
    mostPositionals: 2,
  };
  const parse = (...argv: string[]) => parseArguments(argv, grammar);

  it('come in any order and spelling', () => {
    const { positionals, values, flags } = parse('ks', '-t', 'x', '-cf', '-dash', '--host=h', 'b', '-las');
    expect(positionals).toEqual(['ks', 'b']);
    expect(Object.fromEntries(values)).toEqual({ tag: 'x', table: '-dash', host: 'h' });
    expect([...flags]).toEqual(['load-and-stream']);
  });

  it('are all names behind two dashes', () => {
    expect(parse('--', '-abc', '--').positionals).toEqual(['-abc', '--']);
  });

  it.each([
    [['-abc'], "unrecognised option '-abc'"],
    [['-h', 'a', '-h', 'b'], "option '--host' cannot be specified more than once"],
    [['a', 'b', 'c'], 'too many positional options have been specified on the command line'],
    [['-t', 'a b'], "the argument ('a b') for option '--operation_options' is invalid"],
    [['-t'], "the required argument for option '--tag' is missing"],
  ])('%j are refused', (argv, problem) => {
    expect(() => parse(...argv)).toThrow(problem);
  });
});

it('prints sizes with two digits at most', () => {
  expect([0, 1023, 40_960, 200_335, 1_457_521].map(shownSize)).toEqual([
    '0 bytes',
    '1023 bytes',
    '40 KB',
    '195.64 KB',
    '1.39 MB',
  ]);
  expect(shownBinarySize(1_457_521)).toBe('1.39 MiB');
});

it('makes columns as wide as their widest cell, counted in characters', () => {
  expect(
    textTable([
      ['Name', 'X'],
      ['žluť!', '1'],
    ]),
  ).toBe('Name  X\nžluť! 1\n');
});

describe('names that Cassandra cannot hold', () => {
  const names = new StoredNames(() => [{ name: 'a.b', indexes: [{ name: 'i', kind: 'local' }] }]);

  it('are stored under a hash and shown as they are, also of indexes', () => {
    const [keyspace, table, view] = [
      names.keyspace('alternator_a.b'),
      names.table('alternator_a.b', 'a.b'),
      names.table('alternator_a.b', 'a.b!:i'),
    ];
    expect(keyspace).toMatch(/^alternator_:[0-9a-f]{32}$/);
    expect(view).toMatch(/^:[0-9a-f]{32}!:i$/);
    const others = new StoredNames(() => [{ name: 'a.b', indexes: [{ name: 'i', kind: 'local' }] }]);
    expect(others.shownKeyspace(keyspace)).toBe('alternator_a.b');
    expect(others.shownTable(table)).toBe('a.b');
    expect(others.shownTable(view)).toBe('a.b!:i');
  });

  it('are remembered when the table is gone', () => {
    const known = [{ name: 'x.y', indexes: [] }];
    const forgetful = new StoredNames(() => known);
    const stored = new StoredNames(() => []).keyspace('alternator_x.y');
    expect(forgetful.shownKeyspace(stored)).toBe('alternator_x.y');
    known.pop();
    expect(forgetful.shownKeyspace(stored)).toBe('alternator_x.y');
  });

  it('leaves plain names and plain views alone', () => {
    expect(names.keyspace('alternator_T-1')).toBe('alternator_T-1');
    expect(names.table('alternator_T-1', 'T-1:idx')).toBe('T-1:idx');
    expect(names.keyspace('system')).toBe('system');
    expect(names.shownTable('T-1:idx')).toBe('T-1:idx');
  });
});
