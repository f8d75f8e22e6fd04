import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfAttribute, textOfAttribute } from '../../node-under-test/gateway/attribute-bytes.js';
import { verifyTypedValue, type TypedValue } from '../../node-under-test/gateway/typed-value.js';

const base64 = fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const text = fc.string({ unit: 'grapheme', maxLength: 20 });

const { value: values } = fc.letrec<{
  value: TypedValue;
  list: TypedValue[];
  map: Record<string, TypedValue>;
}>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text.map((S) => ({ S })),
    fc.integer().map((n) => ({ N: String(n) })),
    base64.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true }),
    fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
    fc.constant({ NS: ['2.50', '-0', '1'] }),
    fc.uniqueArray(base64, { minLength: 1, maxLength: 3 }).map((BS) => ({ BS })),
    tie('list').map((L) => ({ L })),
    tie('map').map((M) => ({ M })),
  ),
  list: fc.array(tie('value'), { maxLength: 3 }),
  map: fc.dictionary(text, tie('value'), { maxKeys: 3 }),
}));

const stored = (value: TypedValue): string => bytesOfAttribute(value).toString('hex');

describe('attributes as the gateway stores them', () => {
  it.each([
    [{ S: 'c1' }, '006331'],
    [{ B: 'AQD/' }, '010100ff'],
    [{ BOOL: true }, '0201'],
    [{ BOOL: false }, '0200'],
    [{ N: '12345678901234567890.123456789' }, '030000000927e41b3246bec9b16e398115'],
    [{ NULL: true }, '047b224e554c4c223a747275657d'],
    [{ SS: ['a', 'b'] }, '047b225353223a5b2261222c2262225d7d'],
    [{ NS: ['1', '2.5'] }, '047b224e53223a5b2231222c22322e35225d7d'],
    [
      { M: { k: { S: 'v' }, d: { N: '-0.001' } } },
      '047b224d223a7b226b223a7b2253223a2276227d2c2264223a7b224e223a222d302e303031227d7d7d',
    ],
    [{ S: 'žluťoučký 🐎' }, '00c5be6c75c5a56f75c48d6bc3bd20f09f908e'],
  ])('stores %j in the bytes that were recorded of Scylla', (value, hex) => {
    expect(stored(value)).toBe(hex);
  });

  it('gives back every value that it took', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(verifyTypedValue(value, 'PutItem')).toBe(value);
        expect(JSON.parse(textOfAttribute(bytesOfAttribute(value)))).toEqual(value);
      }),
    );
  });

  it('gives back documents as they were spelled, and numbers in its own spelling', () => {
    const spelled = (value: TypedValue): string => textOfAttribute(bytesOfAttribute(value));
    expect(spelled({ N: '2.50' })).toBe('{"N":"2.5"}');
    expect(spelled({ NS: ['2.50', '-0'] })).toBe('{"NS":["2.50","-0"]}');
    expect(spelled({ L: [{ N: '2.50' }] })).toBe('{"L":[{"N":"2.50"}]}');
  });

  it('does not guess at bytes that Alternator would not have stored', () => {
    expect(() => textOfAttribute(Buffer.of(9, 1))).toThrow('no type of Alternator');
    expect(() => textOfAttribute(Buffer.of())).toThrow('no type of Alternator');
  });

  it.each([
    [{ S: 'a', N: '1' }, `PutItem: improperly formatted value '{"S":"a","N":"1"}'`],
    [{}, 'improperly formatted'],
    ['text', 'improperly formatted'],
    [null, 'improperly formatted'],
    [{ Q: 'a' }, 'PutItem: unknown type Q for value {"Q":"a"}'],
    [{ N: 1 }, `PutItem: number value must be encoded as string '{"N":1}'`],
    [{ SS: [] }, 'PutItem: empty set not allowed'],
    [{ SS: [1] }, 'improperly formatted set'],
    [{ SS: 'a' }, 'improperly formatted set'],
    [{ NS: ['x'] }, 'cannot be converted to a numeric value: x'],
    [{ B: '%%' }, 'Invalid base64 data'],
    [{ B: 'AAA' }, 'Invalid base64 data'],
    [{ B: 'AA=A' }, 'Invalid base64 data'],
    [{ BS: ['AA==', '!'] }, 'Invalid base64 data'],
    [{ BOOL: 'true' }, 'improperly formatted'],
  ])('refuses %j', (value, message) => {
    expect(() => verifyTypedValue(value, 'PutItem')).toThrow(message);
  });
});
