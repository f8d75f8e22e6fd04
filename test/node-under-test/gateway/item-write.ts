import { validation } from './api-error.js';
import { bytesOfAttribute } from './attribute-bytes.js';
import { columnValue, keyColumnValue, type ColumnValue } from './column-value.js';
import { ATTRIBUTES, qualified, quoted } from './cql-names.js';
import { globalIndexesOn, isLocalIndexKey, keyOf, type Column, type TableSchema } from './table-schema.js';
import { isObject, typeOf, verifyTypedValue, type TypedValue } from './typed-value.js';
import type { Request } from './request-json.js';

export interface Statement {
  readonly query: string;
  readonly parameters: readonly unknown[];
}

/** The key of an item that is to be written or read, in the order of the key columns. */
export type ItemKey = readonly ColumnValue[];

/** The key within a whole item; other attributes are ignored. */
export const keyOfItem = (table: TableSchema, item: Request): ItemKey =>
  keyOf(table).map((column) => {
    const value = item[column.name];
    if (value === undefined) throw validation(`Key column ${column.name} not found`);
    return keyColumnValue(column, value);
  });

/** A key that was given as such: it must hold the key attributes and nothing else. */
export function exactKey(table: TableSchema, key: unknown): ItemKey {
  if (!isObject(key)) throw validation('Key must be a JSON object');
  const values = keyOfItem(table, key);
  if (Object.keys(key).length !== values.length) throw validation('Given key attribute not in schema');
  return values;
}

/** One text per key, to find a key that is named twice. */
export const keyIdentity = (key: ItemKey): string =>
  JSON.stringify(key.map((value) => (Buffer.isBuffer(value) ? value.toString('hex') : value.toString())));

/**
 * Writes the whole item: what the item lacks is written as null, so that nothing of an older item stays behind, in the
 * table or in a view. The statement names the table's id, because the driver keeps prepared statements by their text
 * and a table made anew may have other types.
 */
export function insertStatement(table: TableSchema, item: Request): Statement {
  const key = keyOfItem(table, item);
  const cells = new Map<string, ColumnValue>();
  const attributes = new Map<string, Buffer>();
  const keyNames = new Set(keyOf(table).map(({ name }) => name));

  for (const [name, unchecked] of Object.entries(item)) {
    if (keyNames.has(name)) continue;
    const value = verifyTypedValue(unchecked, 'PutItem');
    const column = table.others.find((candidate) => candidate.name === name);
    const cell = column === undefined ? undefined : indexedValue(table, column, value);
    if (cell === undefined) attributes.set(name, bytesOfAttribute(value));
    else cells.set(name, cell);
  }

  return {
    query: insertQuery(table),
    parameters: [
      ...key,
      ...table.others.map(({ name }) => cells.get(name) ?? null),
      ...(table.hasAttributes ? [attributes] : []),
    ],
  };
}

const insertQueries = new WeakMap<TableSchema, string>();

function insertQuery(table: TableSchema): string {
  const known = insertQueries.get(table);
  if (known !== undefined) return known;
  const columns = [...keyOf(table), ...table.others].map(({ name }) => quoted(name));
  if (table.hasAttributes) columns.push(quoted(ATTRIBUTES));
  const marks = columns.map(() => '?').join(', ');
  const query = `INSERT /* ${table.id} */ INTO ${qualified(table.keyspace, table.table)} (${columns.join(', ')}) VALUES (${marks})`;
  insertQueries.set(table, query);
  return query;
}

/** What goes into the column, or undefined when the value has to lie among the other attributes. */
function indexedValue(table: TableSchema, column: Column, value: TypedValue): ColumnValue | undefined {
  if (isLocalIndexKey(table, column)) return keyColumnValue(column, value);
  const [index] = globalIndexesOn(table, column.name);
  if (index !== undefined) verifyIndexKey(column, value);
  const content = value[typeOf(value)];
  return typeOf(value) === column.type && typeof content === 'string' && content !== ''
    ? columnValue(column, content)
    : undefined;
}

function verifyIndexKey(column: Column, value: TypedValue): void {
  const type = typeOf(value);
  if (type !== column.type) {
    throw validation(
      `Type mismatch: expected type ${column.type} for key attribute ${column.name}, got type ${type}`,
    );
  }
  if (value[type] === '') {
    const what = type === 'B' ? 'binary' : 'string';
    throw validation(
      `The AttributeValue for key attribute ${column.name} cannot contain an empty ${what} value`,
    );
  }
}

/** `WHERE` of one row by its whole key. */
export const whereKey = (table: TableSchema): string =>
  `WHERE ${keyOf(table)
    .map(({ name }) => `${quoted(name)} = ?`)
    .join(' AND ')}`;

export const deleteStatement = (table: TableSchema, key: ItemKey): Statement => ({
  query: `DELETE /* ${table.id} */ FROM ${qualified(table.keyspace, table.table)} ${whereKey(table)}`,
  parameters: key,
});
