import type { Database } from './database.js';
import { itemReader, type ReadItem } from './item-row.js';
import { whereKey, type ItemKey } from './item-write.js';
import type { TableSchema } from './table-schema.js';

/** The item with this key, or undefined. */
export async function readItem(
  database: Database,
  table: TableSchema,
  key: ItemKey,
  consistency: 'one' | 'quorum',
): Promise<ReadItem | undefined> {
  const reader = itemReader(table);
  const { rows } = await database.execute(`${reader.select} ${whereKey(table)}`, key, { consistency });
  const [row] = rows;
  return row && reader.item(row);
}
