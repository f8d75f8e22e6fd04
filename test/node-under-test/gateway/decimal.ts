import { validation } from './api-error.js';

/** A decimal number as Java and Scylla store it: `unscaled` times ten to the power of minus `scale`. */
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

const SPELLING = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const MOST_DIGITS = 38;
const GREATEST_MAGNITUDE = 125;
const LEAST_MAGNITUDE = -130;

/**
 * Reads a number in DynamoDB's spelling and keeps the spelling's scale, as Scylla does: `1.50` and `1.5` are two
 * different hash keys. Throws Alternator's ValidationException for anything outside 38 digits or 1E-130 to 1E+125.
 */
export function parseDecimal(text: string): Decimal {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = SPELLING.exec(text) ?? [];
  const digits = whole + fraction;
  if (digits === '') throw validation(`The parameter cannot be converted to a numeric value: ${text}`);

  const scale = fraction.length - Number(exponent);
  const first = digits.search(/[1-9]/);
  if (first >= 0) {
    const magnitude = digits.length - first - 1 - scale;
    const significant = digits.replace(/0+$/, '').length - first;
    if (magnitude > GREATEST_MAGNITUDE) {
      throw validation(
        `Number overflow: ${text}. Attempting to store a number with magnitude larger than supported range.`,
      );
    }
    if (magnitude < LEAST_MAGNITUDE) {
      throw validation(
        `Number underflow: ${text}. Attempting to store a number with magnitude lower than supported range.`,
      );
    }
    if (significant > MOST_DIGITS) {
      throw validation(
        `Number too precise: ${text}. Attempting to store a number with more significant digits than supported.`,
      );
    }
  }
  const unscaled = BigInt(digits);
  return { unscaled: sign === '-' ? -unscaled : unscaled, scale: clampScale(scale) };
}

/** A zero may carry any exponent; its scale must still fit the four bytes it is stored in. */
const clampScale = (scale: number): number => Math.max(-0x8000_0000, Math.min(0x7fff_ffff, scale));

/** Alternator's spelling: no exponent, no zeros at the end, `0` for every zero. */
export function formatDecimal({ unscaled, scale }: Decimal): string {
  if (unscaled === 0n) return '0';
  const sign = unscaled < 0n ? '-' : '';
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString();
  if (scale <= 0) return sign + digits + '0'.repeat(-scale);

  const padded = digits.padStart(scale + 1, '0');
  const fraction = padded.slice(-scale).replace(/0+$/, '');
  return sign + padded.slice(0, -scale) + (fraction === '' ? '' : `.${fraction}`);
}

/** Scale in four bytes, then the unscaled value as the shortest two's complement, both big-endian: CQL's `decimal`. */
export function decimalToBytes({ unscaled, scale }: Decimal): Buffer {
  let length = 1;
  while (BigInt.asIntN(8 * length, unscaled) !== unscaled) length += 1;
  const bytes = Buffer.alloc(4 + length);
  bytes.writeInt32BE(scale, 0);
  let rest = BigInt.asUintN(8 * length, unscaled);
  for (let at = 3 + length; at >= 4; at -= 1, rest >>= 8n) bytes[at] = Number(rest & 0xffn);
  return bytes;
}

export function decimalFromBytes(bytes: Buffer): Decimal {
  const digits = bytes.subarray(4);
  const unsigned = BigInt(`0x${digits.toString('hex') || '0'}`);
  return { scale: bytes.readInt32BE(0), unscaled: BigInt.asIntN(8 * digits.length, unsigned) };
}

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const scale = Math.max(left.scale, right.scale);
  const a = left.unscaled * 10n ** BigInt(scale - left.scale);
  const b = right.unscaled * 10n ** BigInt(scale - right.scale);
  return a < b ? -1 : a > b ? 1 : 0;
}
