import type { ReadItem } from '../item-row.js';
import { base64Bytes, isObject, typeOf, type TypedValue } from '../typed-value.js';
import { areEqual, elementsOf, orderOf } from './compare-values.js';
import type { Comparison, Condition, Operand, Path } from './condition.js';

/** Whether the item meets the condition. An attribute that is not there meets no comparison. */
export function holds(condition: Condition, item: ReadItem): boolean {
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, item) && holds(condition.right, item);
    case 'or':
      return holds(condition.left, item) || holds(condition.right, item);
    case 'not':
      return !holds(condition.condition, item);
    case 'compare':
      return compares(condition.operator, valueOf(condition.left, item), valueOf(condition.right, item));
    case 'between': {
      const value = valueOf(condition.operand, item);
      return (
        compares('>=', value, valueOf(condition.low, item)) &&
        compares('<=', value, valueOf(condition.high, item))
      );
    }
    case 'in': {
      const value = valueOf(condition.operand, item);
      return condition.choices.some((choice) => compares('=', value, valueOf(choice, item)));
    }
    case 'function':
      return holdsFunction(condition, item);
  }
}

function compares(
  operator: Comparison,
  left: TypedValue | undefined,
  right: TypedValue | undefined,
): boolean {
  if (operator === '<>') return left === undefined || right === undefined || !areEqual(left, right);
  if (left === undefined || right === undefined) return false;
  if (operator === '=') return areEqual(left, right);
  const order = orderOf(left, right);
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function holdsFunction(
  { name, operands }: Extract<Condition, { kind: 'function' }>,
  item: ReadItem,
): boolean {
  const [first, second] = operands;
  const value = first && valueOf(first, item);
  const other = second && valueOf(second, item);
  switch (name) {
    case 'attribute_exists':
      return value !== undefined;
    case 'attribute_not_exists':
      return value === undefined;
    case 'attribute_type':
      return value !== undefined && typeOf(value) === other?.['S'];
    case 'begins_with':
      return value !== undefined && other !== undefined && beginsWith(value, other);
    case 'contains':
      return value !== undefined && other !== undefined && contains(value, other);
  }
}

/** Both texts, or both binary. */
export function beginsWith(value: TypedValue, start: TypedValue): boolean {
  if (typeof value['S'] === 'string' && typeof start['S'] === 'string')
    return value['S'].startsWith(start['S']);
  if (typeof value['B'] !== 'string' || typeof start['B'] !== 'string') return false;
  const wanted = base64Bytes(start['B']);
  return base64Bytes(value['B']).subarray(0, wanted.length).equals(wanted);
}

function contains(value: TypedValue, part: TypedValue): boolean {
  if (typeof value['S'] === 'string') return typeof part['S'] === 'string' && value['S'].includes(part['S']);
  if (typeof value['B'] === 'string') {
    return typeof part['B'] === 'string' && base64Bytes(value['B']).includes(base64Bytes(part['B']));
  }
  if (Array.isArray(value['L']))
    return (value['L'] as readonly TypedValue[]).some((element) => areEqual(element, part));
  return typeOf(value).length === 2 && elementsOf(value).some((element) => areEqual(element, part));
}

function valueOf(operand: Operand, item: ReadItem): TypedValue | undefined {
  if (operand.kind === 'value') return operand.value;
  const value = valueAt(operand.path, item);
  return operand.kind === 'path' || value === undefined ? value : sizeOf(value);
}

/** What lies at a path of the item, or undefined. */
export function valueAt([attribute, ...inside]: Path, item: ReadItem): TypedValue | undefined {
  const text = item.find(([name]) => name === attribute)?.[1];
  if (text === undefined) return undefined;
  let value: unknown = JSON.parse(text);
  for (const step of inside) {
    if (!isObject(value)) return undefined;
    const content: unknown = typeof step === 'number' ? value['L'] : value['M'];
    if (typeof step === 'number')
      value = Array.isArray(content) ? (content as readonly unknown[])[step] : undefined;
    else value = isObject(content) && Object.hasOwn(content, step) ? content[step] : undefined;
  }
  return isObject(value) ? value : undefined;
}

function sizeOf(value: TypedValue): TypedValue | undefined {
  const content = value[typeOf(value)];
  const size = (length: number): TypedValue => ({ N: String(length) });
  if (typeof value['S'] === 'string') return size(Buffer.byteLength(value['S']));
  if (typeof value['B'] === 'string') return size(base64Bytes(value['B']).length);
  if (Array.isArray(content)) return size(content.length);
  return isObject(content) ? size(Object.keys(content).length) : undefined;
}
