import { describe, expect, it } from 'vitest';
import { holds } from '../../node-under-test/gateway/expressions/evaluate.js';
import { parseCondition } from '../../node-under-test/gateway/expressions/parse.js';
import { placeholdersOf } from '../../node-under-test/gateway/expressions/placeholders.js';

const ITEM = Object.entries({
  s: { S: 'hello' },
  n: { N: '1.5' },
  b: { B: 'AQI=' },
  t: { BOOL: true },
  nul: { NULL: true },
  ss: { SS: ['a', 'b'] },
  ns: { NS: ['1', '2.50'] },
  l: { L: [{ S: 'x' }, { M: { 'k.v': { N: '7' } } }] },
  m: { M: { deep: { L: [{ S: 'in' }] } } },
}).map(([name, value]) => [name, JSON.stringify(value)] as const);

const VALUES: Record<string, object> = {
  ':hello': { S: 'hello' },
  ':hel': { S: 'hel' },
  ':n': { N: '15E-1' },
  ':two': { N: '2' },
  ':25': { N: '2.5' },
  ':type': { S: 'SS' },
  ':set': { SS: ['b', 'a'] },
  ':byte': { B: 'AQ==' },
  ':in': { S: 'in' },
  ':7': { N: '7.0' },
  ':x': { S: 'x' },
  ':map': { M: { deep: { L: [{ S: 'in' }] } } },
};

function met(expression: string): boolean {
  const request = {
    ExpressionAttributeValues: VALUES,
    ExpressionAttributeNames: { '#kv': 'k.v', '#proto': '__proto__' },
  };
  return holds(parseCondition(expression, 'FilterExpression', placeholdersOf(request, 'Scan')), ITEM);
}

describe('conditions on items', () => {
  it.each([
    's = :hello',
    'n = :n',
    'n < :two AND n >= :n',
    'NOT n > :two',
    'n <> :two',
    'nothing <> :two',
    'n BETWEEN :n AND :two',
    's IN (:x, :hello)',
    'ss = :set',
    'm = :map',
    'attribute_exists(l)',
    'attribute_not_exists(nothing)',
    'attribute_type(ss, :type)',
    'begins_with(s, :hel)',
    'begins_with(b, :byte)',
    'contains(s, :hel)',
    'contains(b, :byte)',
    'contains(ns, :25)',
    'contains(l, :x)',
    'l[1].#kv = :7',
    'm.deep[0] = :in',
    'size(l) = :two',
    'size(b) = :two',
    's = :x OR n = :n AND ss = :set',
    's = :hello AND n = :n AND ss = :set AND NOT s = :x',
    '(s = :x OR n = :n) AND NOT (ss = :x)',
  ])('finds that %s', (expression) => {
    expect(met(expression)).toBe(true);
  });

  it.each([
    's = :x',
    's < :two',
    'nothing = :x',
    'nothing < :two',
    'n BETWEEN :two AND :25',
    's IN (:x)',
    'attribute_exists(m.other)',
    'attribute_exists(l[5])',
    'attribute_exists(m.#proto)',
    'attribute_exists(s.x)',
    'begins_with(n, :hel)',
    'contains(ss, :x)',
    's = :x AND n = :n OR ss = :x',
    'NOT s = :hello',
  ])('denies that %s', (expression) => {
    expect(met(expression)).toBe(false);
  });

  it.each([
    '',
    's',
    's =',
    '= :x',
    's = :x)',
    '(s = :x',
    'begins_with(s)',
    'unknown(s, :x)',
    's == :x',
    's = :x AND',
    'l[x] = :x',
    "s = 'x'",
  ])('refuses "%s"', (expression) => {
    expect(() => met(expression)).toThrow(/Failed parsing FilterExpression|must not be empty/);
  });
});
