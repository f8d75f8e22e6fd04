import cassandra from 'cassandra-driver';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareDecimals,
  decimalFromBytes,
  decimalToBytes,
  formatDecimal,
  parseDecimal,
} from '../../node-under-test/gateway/decimal.js';

const spelled = (text: string): string => formatDecimal(parseDecimal(text));

const numbers = fc
  .record({
    digits: fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
    point: fc.nat(38),
    exponent: fc.integer({ min: -80, max: 80 }),
  })
  .map(({ digits, point, exponent }) => {
    const text = (digits < 0n ? -digits : digits).toString().padStart(point + 1, '0');
    const at = text.length - point;
    return `${digits < 0n ? '-' : ''}${text.slice(0, at)}.${text.slice(at)}E${exponent}`;
  });

describe('numbers of the gateway', () => {
  it.each([
    ['1.50', '1.5'],
    ['-0', '0'],
    ['0.000', '0'],
    ['0E+500', '0'],
    ['1E+5', '100000'],
    ['1e-3', '0.001'],
    ['+1', '1'],
    ['-12.3400', '-12.34'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['00012', '12'],
    ['100', '100'],
    ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
    ['1e-130', `0.${'0'.repeat(129)}1`],
  ])('spells %s as %s, as recorded of Scylla', (sent, answered) => {
    expect(spelled(sent)).toBe(answered);
  });

  it.each([
    ['1E+126', 'Number overflow: 1E+126.'],
    ['-9999E+123', 'Number overflow'],
    ['1E-131', 'Number underflow: 1E-131.'],
    ['1'.repeat(39), 'Number too precise'],
    ['1.00000000000000000000000000000000000001', 'Number too precise'],
    ['abc', 'The parameter cannot be converted to a numeric value: abc'],
    ['Infinity', 'cannot be converted'],
    ['', 'cannot be converted'],
    [' 1', 'cannot be converted'],
    ['.', 'cannot be converted'],
    ['1e', 'cannot be converted'],
    ['0x10', 'cannot be converted'],
  ])('refuses %s', (text, message) => {
    expect(() => parseDecimal(text)).toThrow(message);
  });

  it('takes as many zeros around 38 digits as fit the range', () => {
    expect(spelled(`${'9'.repeat(38)}${'0'.repeat(88)}`)).toBe(`${'9'.repeat(38)}${'0'.repeat(88)}`);
    expect(spelled(`0.${'0'.repeat(92)}${'1'.repeat(38)}`)).toBe(`0.${'0'.repeat(92)}${'1'.repeat(38)}`);
  });

  it('keeps the value of every number, and spells it the same again', () => {
    fc.assert(
      fc.property(numbers, (text) => {
        const once = spelled(text);
        expect(spelled(once)).toBe(once);
        expect(compareDecimals(parseDecimal(text), parseDecimal(once))).toBe(0);
        expect(once).not.toMatch(/e|\.$|\.\d*0$|^-0$/i);
      }),
    );
  });

  it('stores a number as the driver of the database does', () => {
    fc.assert(
      fc.property(numbers, (text) => {
        const decimal = parseDecimal(text);
        const bytes = decimalToBytes(decimal);
        const { BigDecimal, Integer } = cassandra.types;
        const theirs = new BigDecimal(
          Integer.fromString(decimal.unscaled.toString()) as unknown as number, // what the driver's types leave out
          decimal.scale,
        );
        expect(bytes.toString('hex')).toBe(BigDecimal.toBuffer(theirs).toString('hex'));
        expect(decimalFromBytes(bytes)).toEqual(decimal);
      }),
    );
  });

  it('reads and writes the bytes that a real Scylla stored', () => {
    const stored = Buffer.from('0000000927e41b3246bec9b16e398115', 'hex'); // recorded cql 229, without the type byte
    expect(formatDecimal(decimalFromBytes(stored))).toBe('12345678901234567890.123456789');
    expect(decimalToBytes(parseDecimal('12345678901234567890.123456789'))).toEqual(stored);
  });

  it('orders numbers by value, whatever their spelling', () => {
    const sorted = ['-1E+100', '-2', '-1.9', '0', '1E-100', '1.50', '2', '10', '9E+99'];
    const mixed = [...sorted].reverse().sort((a, b) => compareDecimals(parseDecimal(a), parseDecimal(b)));
    expect(mixed).toEqual(sorted);
    expect(compareDecimals(parseDecimal('1.50'), parseDecimal('15E-1'))).toBe(0);
  });
});
