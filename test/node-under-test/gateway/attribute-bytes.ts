import { base64Bytes, typeOf, type KeyType, type TypedValue } from './typed-value.js';
import { decimalFromBytes, decimalToBytes, formatDecimal, parseDecimal } from './decimal.js';
import { jsonText, type JsonText } from './json-text.js';

/**
 * How Alternator stores one attribute in `":attrs"`: a type byte, then the value as CQL would store it; sets, lists, maps
 * and nulls as their JSON text (recorded cql 229, and the SSTables of recorded snapshots).
 */
const TYPE_BYTE = { S: 0, B: 1, BOOL: 2, N: 3, JSON: 4 } as const;

const tagged = (type: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.of(type), bytes]);

/** The stored form of a value that `verifyTypedValue` has accepted. */
export function bytesOfAttribute(value: TypedValue): Buffer {
  const type = typeOf(value);
  const content = value[type];
  if (type === 'S') return tagged(TYPE_BYTE.S, Buffer.from(content as string, 'utf8'));
  if (type === 'B') return tagged(TYPE_BYTE.B, base64Bytes(content as string));
  if (type === 'BOOL') return Buffer.of(TYPE_BYTE.BOOL, content === true ? 1 : 0);
  if (type === 'N') return tagged(TYPE_BYTE.N, decimalToBytes(parseDecimal(content as string)));
  return tagged(TYPE_BYTE.JSON, Buffer.from(JSON.stringify(value), 'utf8'));
}

/** The typed value, as JSON text, of a stored attribute. Numbers are spelled anew, documents come back as they were sent. */
export function textOfAttribute(bytes: Buffer): JsonText {
  const rest = bytes.subarray(1);
  const type = bytes.length === 0 ? -1 : bytes.readUInt8(0);
  switch (type) {
    case TYPE_BYTE.S:
      return `{"S":${jsonText(rest.toString('utf8'))}}`;
    case TYPE_BYTE.B:
      return `{"B":"${rest.toString('base64')}"}`;
    case TYPE_BYTE.BOOL:
      return `{"BOOL":${rest[0] === 1}}`;
    case TYPE_BYTE.N:
      return `{"N":"${formatDecimal(decimalFromBytes(rest))}"}`;
    case TYPE_BYTE.JSON:
      return rest.toString('utf8');
    default:
      throw new Error(`stored attribute begins with ${type}, which is no type of Alternator`);
  }
}

/** The byte that a stored value of a key type begins with. */
export const typeByteOf = (type: KeyType): number => TYPE_BYTE[type];
