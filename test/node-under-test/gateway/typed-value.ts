import { serialization, validation } from './api-error.js';
import { parseDecimal } from './decimal.js';

/** DynamoDB's `{"S": "text"}`: one member, its name the type. Parsed JSON, so the content is unknown until checked. */
export type TypedValue = Readonly<Record<string, unknown>>;

/** The types that a key attribute can have. */
export type KeyType = 'S' | 'N' | 'B';

const SET_TYPES = new Set(['SS', 'NS', 'BS']);
const OTHER_TYPES = new Set(['L', 'M', 'NULL']);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const typeOf = (value: TypedValue): string => Object.keys(value)[0] ?? '';

/** Bytes of base64 text. Node skips what it does not know, so a short result betrays characters that are not base64. */
export function base64Bytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (bytes.length !== (text.length / 4) * 3 - padding) throw serialization('Invalid base64 data');
  return bytes;
}

/**
 * Accepts what Alternator accepts as an attribute value: the outermost type is checked, the insides of lists and maps
 * are not (33 levels and more are taken, recorded api 506). `caller` is the operation that the message names.
 */
export function verifyTypedValue(value: unknown, caller: string): TypedValue {
  if (!isObject(value) || Object.keys(value).length !== 1) {
    throw validation(`${caller}: improperly formatted value '${JSON.stringify(value)}'`);
  }
  const type = typeOf(value);
  const content = value[type];
  if (type === 'S' || type === 'N' || type === 'B') verifyScalar(type, content, { value, caller });
  else if (type === 'BOOL') {
    if (typeof content !== 'boolean')
      throw validation(`${caller}: improperly formatted value '${JSON.stringify(value)}'`);
  } else if (SET_TYPES.has(type)) verifySet(type, content, { value, caller });
  else if (!OTHER_TYPES.has(type)) {
    throw validation(`${caller}: unknown type ${type} for value ${JSON.stringify(value)}`);
  }
  return value;
}

interface Asked {
  readonly value: object;
  readonly caller: string;
}

function verifyScalar(type: KeyType, content: unknown, { value, caller }: Asked): void {
  if (typeof content !== 'string') {
    const what = type === 'N' ? 'number' : type === 'S' ? 'string' : 'bytes';
    throw serialization(`${caller}: ${what} value must be encoded as string '${JSON.stringify(value)}'`);
  }
  if (type === 'N') parseDecimal(content);
  if (type === 'B') base64Bytes(content);
}

function verifySet(type: string, content: unknown, { value, caller }: Asked): void {
  if (!Array.isArray(content)) {
    throw validation(`${caller}: improperly formatted set '${JSON.stringify(value)}'`);
  }
  if (content.length === 0) throw validation(`${caller}: empty set not allowed`);
  for (const element of content as readonly unknown[]) {
    if (typeof element !== 'string')
      throw validation(`${caller}: improperly formatted set '${JSON.stringify(value)}'`);
    if (type === 'NS') parseDecimal(element);
    if (type === 'BS') base64Bytes(element);
  }
}
