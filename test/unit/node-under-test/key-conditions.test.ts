import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeholdersOf } from '../../node-under-test/gateway/expressions/placeholders.js';
import { keyCondition, type KeyCondition } from '../../node-under-test/gateway/key-condition.js';
import { bytesBehind, keyRange, textBehind } from '../../node-under-test/gateway/key-range.js';
import type { Column } from '../../node-under-test/gateway/table-schema.js';
import { compareUtf8 } from '../../node-under-test/gateway/utf8-order.js';

const column = (name: string, type: Column['type'] = 'S'): Column => ({ name, type, cqlType: 'text' });
const KEY = { hash: column('pk'), range: column('sk') };
const VALUES = { ':p': { S: 'P' }, ':a': { S: 'A' }, ':b': { S: 'B' } };

function read(expression: string, names: object = {}): KeyCondition {
  const used = Object.entries(VALUES).filter(([name]) => expression.includes(name));
  const request = {
    KeyConditionExpression: expression,
    ExpressionAttributeValues: Object.fromEntries(used),
    ExpressionAttributeNames: names,
  };
  const placeholders = placeholdersOf(request, 'Query');
  const condition = keyCondition(request, KEY, placeholders);
  placeholders.verifyAllUsed();
  return condition;
}

describe('key conditions of a query', () => {
  it.each([
    ['pk = :p', undefined],
    ['pk=:p AND sk = :a', { operator: 'EQ', values: [{ S: 'A' }] }],
    ['sk < :a and pk = :p', { operator: 'LT', values: [{ S: 'A' }] }],
    [':a < sk AND :p = pk', { operator: 'GT', values: [{ S: 'A' }] }],
    ['(pk = :p) AND (sk >= :a)', { operator: 'GE', values: [{ S: 'A' }] }],
    ['pk = :p AND sk BETWEEN :a AND :b', { operator: 'BETWEEN', values: [{ S: 'A' }, { S: 'B' }] }],
    ['pk = :p AND begins_with(sk, :a)', { operator: 'BEGINS_WITH', values: [{ S: 'A' }] }],
  ])('understands %s', (expression, range) => {
    const { hash, range: found } = read(expression);
    expect(hash).toEqual({ S: 'P' });
    expect(found && { operator: found.operator, values: found.values }).toEqual(range);
  });

  it('understands names that stand for attributes', () => {
    expect(read('#h = :p AND #r <= :a', { '#h': 'pk', '#r': 'sk' }).range?.operator).toBe('LE');
  });

  it('understands the older KeyConditions', () => {
    const request = {
      KeyConditions: {
        pk: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'P' }] },
        sk: { ComparisonOperator: 'BETWEEN', AttributeValueList: [{ S: 'A' }, { S: 'B' }] },
      },
    };
    const { hash, range } = keyCondition(request, KEY, placeholdersOf(request, 'Query'));
    expect([hash, range?.operator, range?.values]).toEqual([{ S: 'P' }, 'BETWEEN', [{ S: 'A' }, { S: 'B' }]]);
  });

  it.each([
    ['sk = :a', 'missed key schema element: pk'],
    ['pk > :p', 'missed key schema element: pk'],
    ['pk = :p AND other = :a', 'no key: other'],
    ['pk = :p OR sk = :a', 'Unsupported condition'],
    ['pk = :p AND sk <> :a', 'Unsupported condition'],
    ['pk = :p AND contains(sk, :a)', 'Unsupported condition'],
    ['pk = :p AND', 'Failed parsing KeyConditionExpression'],
    ['pk = :p sk = :a', 'Failed parsing'],
    ['pk = :x', "missing entry ':x'"],
    ['#x = :p', "missing entry '#x'"],
  ])('refuses %s', (expression, message) => {
    expect(() => read(expression)).toThrow(message);
  });

  it('refuses placeholders that nothing uses', () => {
    expect(() => read('pk = :p', { '#unused': 'x' })).toThrow(
      "ExpressionAttributeNames has spurious '#unused'",
    );
  });
});

describe('the range behind begins_with', () => {
  const inRange = (text: string, prefix: string): boolean => {
    const { lower, upper } = keyRange(KEY.range, { operator: 'BEGINS_WITH', values: [{ S: prefix }] });
    const above = compareUtf8(text, String(lower?.value)) >= 0;
    return above && (upper === undefined || compareUtf8(text, String(upper.value)) < 0);
  };
  const texts = fc.string({
    unit: fc.constantFrom('a', 'b', '\u{d7ff}', '\u{e000}', '\u{ffff}', '\u{10000}', '\u{10ffff}'),
    maxLength: 4,
  });

  it('holds exactly the texts that begin so, also around the last characters', () => {
    fc.assert(
      fc.property(
        texts,
        texts.filter((prefix) => prefix !== ''),
        (text, prefix) => {
          expect(inRange(text, prefix)).toBe(text.startsWith(prefix));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('ends nowhere behind the last character and the last byte', () => {
    expect(textBehind('\u{10ffff}\u{10ffff}')).toBeUndefined();
    expect(bytesBehind(Buffer.of(255, 255))).toBeUndefined();
    expect(bytesBehind(Buffer.of(1, 255))).toEqual(Buffer.of(2));
    expect(bytesBehind(Buffer.of(1, 2))).toEqual(Buffer.of(1, 3));
  });

  it('orders texts as their UTF-8 bytes', () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});
