import { describe, expect, it } from 'vitest';
import { canonicalItem } from '../../../src/model/canonical-item.js';
import { canonicalNumber } from '../../../src/model/canonical-number.js';

describe('Numbers', () => {
  it.each([
    [['1', '1.0', '1e0', '+1', '01', '10e-1', '0.1E1', '.1e1', '1.'], '1e0'],
    [['0', '-0', '0.00', '0e5', '00'], '0'],
    [['-12.50', '-1.25e1', '-125E-1'], '-125e-1'],
    [['1e125', '10e124'], '1e125'],
    [
      ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678.0'],
      '12345678901234567890123456789012345678e0',
    ],
  ])('that are the same number are one text: %j', (texts, canonical) => {
    expect(texts.map(canonicalNumber)).toEqual(texts.map(() => canonical));
  });

  it('that differ in their 38th digit are two', () => {
    const digits = '1234567890123456789012345678901234567';
    expect(canonicalNumber(`${digits}1`)).not.toBe(canonicalNumber(`${digits}2`));
  });

  it.each(['', '-', '.', 'e5', '1e', 'NaN', '1 ', '0x1', '1,5'])('are not %j', (text) => {
    expect(canonicalNumber(text)).toBeUndefined();
  });
});

describe('Items that are equal have one text', () => {
  it.each([
    [
      'whatever the order of their attributes',
      { a: { S: 'x' }, b: { N: '1' } },
      { b: { N: '1.0' }, a: { S: 'x' } },
    ],
    [
      'whatever the order of a map',
      { m: { M: { a: { NULL: true }, b: { L: [] } } } },
      { m: { M: { b: { L: [] }, a: { NULL: true } } } },
    ],
    [
      'whatever the order of a set',
      { s: { SS: ['b', 'a'] }, n: { NS: ['2', '1'] } },
      { s: { SS: ['a', 'b'] }, n: { NS: ['1e0', '2.0'] } },
    ],
    [
      'whatever the order of a set of bytes',
      { b: { BS: ['/w==', 'AA=='] } },
      { b: { BS: ['AA==', '/w=='] } },
    ],
    [
      'also with numbers deep in a list',
      { l: { L: [{ M: { n: { N: '10' } } }] } },
      { l: { L: [{ M: { n: { N: '1e1' } } }] } },
    ],
  ])('%s', (_, one, other) => {
    expect(canonicalItem(one)).toBe(canonicalItem(other));
  });
});

describe('Items that differ have two texts', () => {
  it.each([
    ['a text that looks like a number', { a: { S: '1' } }, { a: { N: '1' } }],
    ['a text and the same bytes', { a: { S: 'AAAA' } }, { a: { B: 'AAAA' } }],
    ['the order of a list', { a: { L: [{ S: 'x' }, { S: 'y' }] } }, { a: { L: [{ S: 'y' }, { S: 'x' }] } }],
    ['a set and a list', { a: { SS: ['x'] } }, { a: { L: [{ S: 'x' }] } }],
    ['an empty text and none', { a: { S: '' } }, {}],
    ['an empty map and an empty list', { a: { M: {} } }, { a: { L: [] } }],
    ['yes and no', { a: { BOOL: true } }, { a: { BOOL: false } }],
    ['where a name ends', { 'a":{"S":"': { S: 'x' } }, { a: { S: '":{"S":"x' } }],
    ['how often an element is in a list', { a: { L: [{ S: 'x' }] } }, { a: { L: [{ S: 'x' }, { S: 'x' }] } }],
    ['two broken characters', { a: { S: '\ud800' } }, { a: { S: '\udc00' } }],
    ['a name that objects have of their own', JSON.parse('{"__proto__":{"S":"x"}}') as object, {}],
  ])('%s', (_, one, other) => {
    expect(canonicalItem(one)).not.toBe(canonicalItem(other));
  });
});

it.each([
  ['a type that nobody knows', { a: { X: 1 } }, "attribute 'a'"],
  ['two types', { a: { S: 'x', N: '1' } }, "attribute 'a'"],
  ['no type', { a: {} }, "attribute 'a'"],
  ['a number that is none', { a: { N: 'NaN' } }, "attribute 'a'"],
  ['something in the middle of a set', { a: { NS: ['1', 'x'] } }, "attribute 'a'"],
  ['no item at all', ['x'], 'an item is no object'],
])('An item with %s is refused by name', (_, item, message) => {
  expect(() => canonicalItem(item)).toThrow(message);
});
