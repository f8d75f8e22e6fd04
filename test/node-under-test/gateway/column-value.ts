import cassandra from 'cassandra-driver';
import { validation } from './api-error.js';
import { base64Bytes, isObject, typeOf, type KeyType, type TypedValue } from './typed-value.js';
import { decimalFromBytes, decimalToBytes, formatDecimal, parseDecimal } from './decimal.js';
import { jsonText, type JsonText } from './json-text.js';
import type { Column } from './table-schema.js';

const { BigDecimal } = cassandra.types;

/** A value of a key column in the shape that the driver takes and gives. */
export type ColumnValue = string | Buffer | cassandra.types.BigDecimal;

/** The CQL type of a key attribute (recorded cql 002: S is text, N decimal, B blob). */
export const CQL_TYPE: Readonly<Record<KeyType, string>> = { S: 'text', N: 'decimal', B: 'blob' };

/** The column's value for an attribute of the column's own type. */
export function columnValue(column: Column, content: string): ColumnValue {
  if (column.type === 'N') return BigDecimal.fromBuffer(decimalToBytes(parseDecimal(content)));
  if (column.type === 'B') return base64Bytes(content);
  return content;
}

/**
 * A key attribute of a request as a column value. Throws Alternator's refusals: another type than the table's, or empty
 * (recorded api 517, 518).
 */
export function keyColumnValue(column: Column, value: unknown): ColumnValue {
  const typed: TypedValue = isObject(value) ? value : {};
  const type = typeOf(typed);
  const content = typed[type];
  if (type !== column.type) {
    throw validation(
      `Type mismatch: expected type ${column.type} for key column ${column.name}, got type "${type}"`,
    );
  }
  if (typeof content !== 'string') throw validation(`Malformed value object for key column ${column.name}`);
  if (content === '') {
    const what = type === 'B' ? 'binary' : 'string';
    throw validation(
      `The AttributeValue for a key attribute cannot contain an empty ${what} value. Key: ${column.name}`,
    );
  }
  return columnValue(column, content);
}

/** The typed value, as JSON text, of a column; columns of other CQL types are shown as text, as Scylla does. */
export function textOfColumn(value: unknown): JsonText {
  if (typeof value === 'string') return `{"S":${jsonText(value)}}`;
  if (value instanceof BigDecimal)
    return `{"N":"${formatDecimal(decimalFromBytes(BigDecimal.toBuffer(value)))}"}`;
  if (Buffer.isBuffer(value)) return `{"B":"${value.toString('base64')}"}`;
  return `{"S":${jsonText(String(value))}}`;
}
