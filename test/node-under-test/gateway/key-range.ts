import { validation } from './api-error.js';
import { keyColumnValue, type ColumnValue } from './column-value.js';
import type { KeyCondition } from './key-condition.js';
import type { Column } from './table-schema.js';

export interface Bound {
  readonly value: ColumnValue;
  readonly inclusive: boolean;
}

/** The part of a partition that a query asks for. */
export interface KeyRange {
  /** Set when the sort key has to be this. */
  readonly equal?: ColumnValue;
  readonly lower?: Bound;
  readonly upper?: Bound;
}

/** Bounds of a sort key condition; `begins_with` becomes the range from the prefix to the first text behind it. */
export function keyRange(column: Column, condition: NonNullable<KeyCondition['range']>): KeyRange {
  const [first = '', second = first] = condition.values.map((value) => keyColumnValue(column, value));
  switch (condition.operator) {
    case 'EQ':
      return { equal: first };
    case 'LT':
      return { upper: { value: first, inclusive: false } };
    case 'LE':
      return { upper: { value: first, inclusive: true } };
    case 'GT':
      return { lower: { value: first, inclusive: false } };
    case 'GE':
      return { lower: { value: first, inclusive: true } };
    case 'BETWEEN':
      return { lower: { value: first, inclusive: true }, upper: { value: second, inclusive: true } };
    case 'BEGINS_WITH':
      return beginning(first);
  }
}

function beginning(prefix: ColumnValue): KeyRange {
  if (typeof prefix !== 'string' && !Buffer.isBuffer(prefix)) {
    throw validation('begins_with() is not supported for numbers');
  }
  const behind = typeof prefix === 'string' ? textBehind(prefix) : bytesBehind(prefix);
  const lower = { value: prefix, inclusive: true };
  return behind === undefined ? { lower } : { lower, upper: { value: behind, inclusive: false } };
}

/** The least text that is greater than everything that begins with `prefix`. */
export function textBehind(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  const next = last + 1 === 0xd800 ? 0xe000 : last + 1; // no character lies between: these are halves of pairs
  return String.fromCodePoint(...points, next);
}

export function bytesBehind(prefix: Buffer): Buffer | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length -= 1;
  if (length === 0) return undefined;
  const behind = Buffer.from(prefix.subarray(0, length));
  behind[length - 1] = (behind[length - 1] ?? 0) + 1;
  return behind;
}
