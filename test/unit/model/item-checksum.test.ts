import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { areEqual, itemDifferences, itemSum, type ItemTotals } from '../../../src/model/item-checksum.js';

const sumOf = (...items: readonly object[]): ItemTotals => {
  const sum = itemSum();
  for (const item of items) sum.add(item);
  return sum.totals;
};
const a = { pk: { S: 'a' } };
const b = { pk: { S: 'b' } };

describe('The checksum of items', () => {
  it('is the SHA-256 of the one item there is', () => {
    const sha256 = createHash('sha256').update('{"pk":{"S":"a"}}').digest('hex');
    expect(sumOf(a)).toEqual({ count: 1, sha256 });
  });

  it('of no items is zero', () => {
    expect(sumOf()).toEqual({ count: 0, sha256: '0'.repeat(64) });
  });

  it('does not depend on their order', () => {
    expect(sumOf(a, b)).toEqual(sumOf(b, a));
  });

  it('tells twice the same item from none, and from another pair of twins', () => {
    expect(sumOf(a, a).sha256).not.toBe(sumOf().sha256);
    expect(sumOf(a, a).sha256).not.toBe(sumOf(b, b).sha256);
  });

  it('stays within 256 bits', () => {
    const many = sumOf(...Array.from({ length: 500 }, (_, n) => ({ n: { N: String(n) } })));
    expect(many.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('tells an item that changed', () => {
    expect(areEqual(sumOf(a, b), sumOf(a, { pk: { S: 'B' } }))).toBe(false);
  });
});

describe('Two readings of one table', () => {
  const record = (own: ItemTotals, ...indexes: readonly (readonly [string, ItemTotals])[]) => ({
    ...own,
    indexes: indexes.map(([name, totals]) => ({ name, ...totals })),
  });

  it('agree when everything is equal, whatever the order of the indexes', () => {
    const before = record(sumOf(a), ['x', sumOf(a)], ['y', sumOf()]);
    expect(itemDifferences(before, record(sumOf(a), ['y', sumOf()], ['x', sumOf(a)]))).toEqual([]);
  });

  it('disagree about numbers, contents, and indexes that came or went', () => {
    const before = record(sumOf(a), ['x', sumOf(a)], ['gone', sumOf()]);
    const after = record(sumOf(a, b), ['x', sumOf(b)], ['new', sumOf()]);
    expect(itemDifferences(before, after)).toEqual([
      'the table had 1 items and has 2',
      'index x has as many items (1), but not the same',
      'index gone was there before and is not there now',
      'index new was not there before and is there now',
    ]);
  });
});
