import { int, short } from './wire-format.js';

/** Types of columns, as far as the tool's statements come upon them. */
export type CqlType =
  | 'varchar'
  | 'uuid'
  | 'inet'
  | 'int'
  | 'bigint'
  | 'boolean'
  | 'blob'
  | 'set<varchar>'
  | 'map<varchar, varchar>';

export type Value = string | number | boolean | null | readonly string[] | Readonly<Record<string, string>>;

const CODES: Readonly<Record<CqlType, readonly number[]>> = {
  bigint: [0x02],
  blob: [0x03],
  boolean: [0x04],
  int: [0x09],
  uuid: [0x0c],
  varchar: [0x0d],
  inet: [0x10],
  'map<varchar, varchar>': [0x21, 0x0d, 0x0d],
  'set<varchar>': [0x22, 0x0d],
};

/** The [option] of a type. */
export const encodeType = (type: CqlType): Buffer => Buffer.concat(CODES[type].map((code) => short(code)));

export function encodeValue(type: CqlType, value: Value): Buffer | null {
  if (value === null) return null;
  const text = typeof value === 'object' ? '' : String(value);
  switch (type) {
    case 'varchar':
      return Buffer.from(text, 'utf8');
    case 'uuid':
      return Buffer.from(text.replaceAll('-', ''), 'hex');
    case 'blob':
      return Buffer.from(text.replace(/^0x/, ''), 'hex');
    case 'inet':
      return Buffer.from(text.split('.').map(Number));
    case 'int':
      return int(Number(value));
    case 'bigint': {
      const buffer = Buffer.alloc(8);
      buffer.writeBigInt64BE(BigInt(Number(value)));
      return buffer;
    }
    case 'boolean':
      return Buffer.from([value === true ? 1 : 0]);
    case 'set<varchar>':
      return collection((value as readonly string[]).length, value as readonly string[]);
    case 'map<varchar, varchar>': {
      const entries = Object.entries(value);
      return collection(entries.length, entries.flat() as readonly string[]);
    }
  }
}

function collection(count: number, texts: readonly string[]): Buffer {
  const elements = texts.map((text) => Buffer.from(text, 'utf8'));
  return Buffer.concat([int(count), ...elements.flatMap((element) => [int(element.length), element])]);
}
