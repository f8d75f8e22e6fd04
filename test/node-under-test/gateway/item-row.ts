import type cassandra from 'cassandra-driver';
import { textOfAttribute } from './attribute-bytes.js';
import { textOfColumn } from './column-value.js';
import { ATTRIBUTES, qualified, quoted } from './cql-names.js';
import { objectText, type JsonText } from './json-text.js';
import { compareUtf8 } from './utf8-order.js';
import {
  globalIndexesOn,
  isLocalIndexKey,
  keyOf,
  type Column,
  type IndexSchema,
  type TableSchema,
} from './table-schema.js';

/** One item as it was read: its attributes in Alternator's order, each as the JSON text of its typed value. */
export type ReadItem = readonly (readonly [name: string, value: JsonText])[];

/** How items of a table, or of one of its indexes, are selected and understood. */
export interface ItemReader {
  /** Key columns of what is read: of the table, or of the index's view. */
  readonly key: readonly Column[];
  /** `SELECT … FROM …`, to be followed by a WHERE. Columns are renamed, since an attribute may be called anything. */
  readonly select: string;
  keyText(row: cassandra.types.Row): JsonText;
  item(row: cassandra.types.Row): ReadItem;
  /** False for a row of the view that is no entry of the index: it lacks the attribute that the gateway sorts by. */
  isEntry(row: cassandra.types.Row): boolean;
  /** The value of the column that the gateway sorts an index by. */
  sortValue(row: cassandra.types.Row): unknown;
}

/**
 * Attributes come as Scylla orders them: keys first, then by name, with those of local indexes after (or before) all of
 * `":attrs"`. A global index repeats its own key attributes among the others (recorded api 502, 551, 555).
 */
export function itemReader(table: TableSchema, index?: IndexSchema): ItemReader {
  const key = index === undefined ? keyOf(table) : index.viewKey;
  const names = new Set(key.map(({ name }) => name));
  const others = table.others.map((column, at) => {
    const keyAt = key.findIndex(({ name }) => name === column.name);
    return { column, cell: keyAt < 0 ? `r${at}` : `k${keyAt}`, isKey: keyAt >= 0 };
  });
  const apart = others.filter(({ column, isKey }) => !isKey && isApart(table, column));
  const among = others.filter(({ column, isKey }) =>
    isKey ? index?.kind === 'global' && !isApart(table, column) : !isApart(table, column),
  );
  const before = apart.filter(({ column }) => compareUtf8(column.name, ATTRIBUTES) < 0);
  const after = apart.filter(({ column }) => compareUtf8(column.name, ATTRIBUTES) > 0);
  const sortCell = others.find(({ column }) => column.name === index?.range?.name)?.cell ?? 'k0';

  const cells = [
    ...key.map(({ name }, at) => `${quoted(name)} AS k${at}`),
    ...others.filter(({ isKey }) => !isKey).map(({ column, cell }) => `${quoted(column.name)} AS ${cell}`),
    ...(table.hasAttributes && !names.has(ATTRIBUTES) ? [`${quoted(ATTRIBUTES)} AS a`] : []),
  ];
  const keyMembers = (row: cassandra.types.Row): ReadItem =>
    key.map(({ name }, at) => [name, textOfColumn(row[`k${at}`])] as const);
  const present = (row: cassandra.types.Row, columns: typeof others): ReadItem =>
    columns
      .filter(({ cell }) => row[cell] !== null)
      .map(({ column, cell }) => [column.name, textOfColumn(row[cell])] as const);

  return {
    key,
    select: `SELECT /* ${table.id} */ ${cells.join(', ')} FROM ${qualified(table.keyspace, index?.view ?? table.table)}`,
    keyText: (row) => objectText(keyMembers(row)),
    item: (row) => [
      ...keyMembers(row),
      ...present(row, before),
      ...merged(present(row, among), stored(row)),
      ...present(row, after),
    ],
    isEntry: (row) => index?.sortedByGateway !== true || row[sortCell] !== null,
    sortValue: (row) => row[sortCell] as unknown,
  };
}

/** Real columns in Scylla as well; keys of global indexes lie among the other attributes there. */
const isApart = (table: TableSchema, column: Column): boolean =>
  isLocalIndexKey(table, column) || globalIndexesOn(table, column.name).length === 0;

function stored(row: cassandra.types.Row): ReadItem {
  const attributes: unknown = row['a'];
  if (!(attributes instanceof Map)) return [];
  return Array.from(
    attributes as ReadonlyMap<string, Buffer>,
    ([name, bytes]) => [name, textOfAttribute(bytes)] as const,
  );
}

/** Both are ordered by name. A name in both is one that a backfill has yet to move: the column is the newer. */
function merged(columns: ReadItem, attributes: ReadItem): ReadItem {
  if (columns.length === 0) return attributes;
  const all: (readonly [string, JsonText])[] = [];
  let next = 0;
  for (const column of columns) {
    for (let order = -1; order < 0;) {
      const attribute = attributes[next];
      order = attribute === undefined ? 1 : compareUtf8(attribute[0], column[0]);
      if (attribute !== undefined && order < 0) all.push(attribute);
      if (order <= 0) next += 1;
    }
    all.push(column);
  }
  return [...all, ...attributes.slice(next)];
}

export const itemText = (item: ReadItem): JsonText => objectText(item);
