import type cassandra from 'cassandra-driver';
import { keyColumnValue, textOfColumn } from './column-value.js';
import type { Database } from './database.js';
import { orderOf } from './expressions/compare-values.js';
import { beginsWith } from './expressions/evaluate.js';
import type { ItemReader } from './item-row.js';
import { objectText } from './json-text.js';
import type { KeyCondition } from './key-condition.js';
import { readAll, type ItemPage } from './read-page.js';
import type { Request } from './request-json.js';
import { partitionSources } from './row-source.js';
import type { IndexSchema } from './table-schema.js';
import type { TypedValue } from './typed-value.js';

export interface SortedQuery {
  readonly condition: KeyCondition;
  readonly forward: boolean;
  readonly start: Request | undefined;
  readonly limit: number | undefined;
}

interface Entry {
  readonly row: cassandra.types.Row;
  /** The attribute that Cassandra's view could not sort by, then the other key columns of the view. */
  readonly position: readonly TypedValue[];
}

/**
 * A query of an index with two attributes from outside the base key: Cassandra's view is keyed by the first of them only,
 * so its partition is read whole, sorted here, and cut into pages here.
 */
export async function querySorted(
  database: Database,
  reader: ItemReader,
  index: IndexSchema,
  { condition, forward, start, limit = Infinity }: SortedQuery,
): Promise<ItemPage> {
  const [hash, ...others] = reader.key;
  if (hash === undefined || index.range === undefined)
    throw new Error(`index ${index.name} has no key to sort by`);
  const columns = [index.range, ...others];
  const partition = keyColumnValue(hash, condition.hash);
  const sources = partitionSources(reader, { hash: partition, range: {}, forward: true, start: undefined });
  const rows = await readAll(database, sources, 'one');

  const direction = forward ? 1 : -1;
  const entries = rows
    .filter((row) => reader.isEntry(row))
    .map((row): Entry => ({ row, position: positionOf(reader, row, others.length) }))
    .filter(({ position: [sortKey = {}] }) => meets(sortKey, condition.range))
    .sort((a, b) => direction * comparePositions(a.position, b.position));
  const behind = start && columns.map(({ name }) => start[name] as TypedValue);
  const remaining = behind
    ? entries.filter(({ position }) => direction * comparePositions(position, behind) > 0)
    : entries;

  const taken = remaining.slice(0, limit);
  const page = taken.map(({ row, position }) => ({
    item: reader.item(row),
    key: objectText([
      [hash.name, textOfColumn(row['k0'])],
      ...columns.map(({ name }, at) => [name, JSON.stringify(position[at])] as const),
    ]),
  }));
  const last = page.at(-1);
  return { rows: page, ...(last !== undefined && taken.length >= limit ? { lastKey: last.key } : {}) };
}

const positionOf = (reader: ItemReader, row: cassandra.types.Row, others: number): readonly TypedValue[] =>
  [reader.sortValue(row), ...Array.from({ length: others }, (_, at) => row[`k${at + 1}`] as unknown)].map(
    (value) => JSON.parse(textOfColumn(value)) as TypedValue,
  );

function comparePositions(left: readonly TypedValue[], right: readonly TypedValue[]): number {
  for (const [at, value] of left.entries()) {
    const order = orderOf(value, right[at] ?? {}) ?? 0;
    if (order !== 0) return order;
  }
  return 0;
}

function meets(value: TypedValue, range: KeyCondition['range']): boolean {
  if (range === undefined) return true;
  const [first = {}, second = {}] = range.values;
  const order = orderOf(value, first) ?? Number.NaN; // of another type: meets nothing
  switch (range.operator) {
    case 'EQ':
      return order === 0;
    case 'LT':
      return order < 0;
    case 'LE':
      return order <= 0;
    case 'GT':
      return order > 0;
    case 'GE':
      return order >= 0;
    case 'BETWEEN':
      return order >= 0 && (orderOf(value, second) ?? Number.NaN) <= 0;
    case 'BEGINS_WITH':
      return beginsWith(value, first);
  }
}
