import { compareDecimals, parseDecimal } from '../decimal.js';
import { base64Bytes, isObject, typeOf, type TypedValue } from '../typed-value.js';
import { compareUtf8 } from '../utf8-order.js';

/** The order of two values of the same type S, N or B; undefined when they cannot be ordered. */
export function orderOf(left: TypedValue, right: TypedValue): number | undefined {
  const type = typeOf(left);
  const [a, b] = [left[type], right[type]];
  if (typeOf(right) !== type || typeof a !== 'string' || typeof b !== 'string') return undefined;
  if (type === 'S') return compareUtf8(a, b);
  if (type === 'N') return compareDecimals(parseDecimal(a), parseDecimal(b));
  if (type === 'B') return Buffer.compare(base64Bytes(a), base64Bytes(b));
  return undefined;
}

/** Equality as DynamoDB has it: numbers by their value, sets whatever their order, documents member by member. */
export function areEqual(left: TypedValue, right: TypedValue): boolean {
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  const [a, b] = [left[type], right[type]];
  switch (type) {
    case 'S':
    case 'N':
    case 'B':
      return orderOf(left, right) === 0;
    case 'SS':
    case 'NS':
    case 'BS':
      return areEqualSets(elementsOf(left), elementsOf(right));
    case 'L':
      return areEqualLists(a as readonly TypedValue[], b as readonly TypedValue[]);
    case 'M':
      return isObject(a) && isObject(b) && areEqualMaps(a, b);
    default:
      return a === b;
  }
}

/** The members of a set, each as a typed value of its own. */
export function elementsOf(set: TypedValue): readonly TypedValue[] {
  const type = typeOf(set);
  return (set[type] as readonly string[]).map((element) => ({ [type.slice(0, 1)]: element }));
}

const areEqualSets = (left: readonly TypedValue[], right: readonly TypedValue[]): boolean =>
  left.every((a) => right.some((b) => areEqual(a, b))) &&
  right.every((b) => left.some((a) => areEqual(a, b)));

const areEqualLists = (left: readonly TypedValue[], right: readonly TypedValue[]): boolean =>
  left.length === right.length && left.every((value, at) => areEqual(value, right[at] ?? {}));

function areEqualMaps(left: Record<string, unknown>, right: Record<string, unknown>): boolean {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => name in right && areEqual(left[name] as TypedValue, right[name] as TypedValue))
  );
}
