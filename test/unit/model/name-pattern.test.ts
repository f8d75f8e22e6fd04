import { describe, expect, it } from 'vitest';
import { hasPatterns, parseSelection, selectNames } from '../../../src/model/name-pattern.js';
import { parseTableNames } from '../../../src/model/table-name.js';

const known = parseTableNames(['prod-a', 'prod-b', 'prod.c', 'test-a', '-all', 'PROD-a']);
const select = (tables: readonly string[] | 'all', exclude: readonly string[] = []) =>
  selectNames(parseSelection({ tables, exclude }), known).names;

describe('A pattern', () => {
  it.each([
    ['prod-*', ['prod-a', 'prod-b']],
    ['*-a', ['prod-a', 'test-a', 'PROD-a']],
    ['prod?c', ['prod.c']],
    ['prod.*', ['prod.c']],
    ['*', ['prod-a', 'prod-b', 'prod.c', 'test-a', '-all', 'PROD-a']],
    ['*o*-*a*', ['prod-a']],
    ['-*', ['-all']],
    ['????', ['-all']],
    ['prod-a*', ['prod-a']],
    ['**d**b**', ['prod-b']],
  ])('%s selects %j, in the order in which they are known', (pattern, names) => {
    expect(select([pattern])).toEqual(names);
  });

  it('that matches nothing stays, and is nothing that a name could be', () => {
    expect(select(['x*', 'prod-a'])).toEqual(['x*', 'prod-a']);
  });

  it('does not take long, whatever it is', () => {
    const long = parseTableNames(['a'.repeat(222)]);
    const selection = parseSelection({ tables: [`${'*a'.repeat(100)}*b`], exclude: [] });
    const started = performance.now();
    expect(selectNames(selection, long).names).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it.each(['a/*', '*;drop', '* ', '../*'])('of other characters is refused: %s', (pattern) => {
    expect(() => parseSelection({ tables: [pattern], exclude: [] })).toThrow('is not a pattern');
    expect(() => parseSelection({ tables: 'all', exclude: [pattern] })).toThrow('is not a pattern');
  });
});

describe('Names and patterns together', () => {
  it('select each table once, in the order of the request', () => {
    expect(select(['test-a', 'prod-*', 'prod-b', 'test-a'])).toEqual(['test-a', 'prod-a', 'prod-b']);
  });

  it('lose what is excluded, by name or by pattern, whoever brought it in', () => {
    expect(select('all', ['prod*', '-all'])).toEqual(['test-a', 'PROD-a']);
    expect(select(['prod-a', '*-b'], ['prod-a'])).toEqual(['prod-b']);
    expect(select(['prod-*'], ['*'])).toEqual([]);
  });

  it('tell which tables nobody named', () => {
    const selection = parseSelection({ tables: ['prod-a', 'prod-*'], exclude: [] });
    expect(hasPatterns(selection)).toBe(true);
    expect([...selectNames(selection, known).byPattern]).toEqual(['prod-b']);
  });

  it('need no look at the tables without a pattern', () => {
    const selection = parseSelection({ tables: ['prod-a', 'gone'], exclude: ['x*'] });
    expect(hasPatterns(selection)).toBe(false);
    expect(selectNames(selection, []).names).toEqual(['prod-a', 'gone']);
  });
});
