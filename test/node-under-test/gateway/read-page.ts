import type cassandra from 'cassandra-driver';
import type { Database, QueryOptions } from './database.js';
import type { ItemReader, ReadItem } from './item-row.js';
import type { JsonText } from './json-text.js';
import type { RowSource } from './row-source.js';

export interface ReadRow {
  readonly item: ReadItem;
  readonly key: JsonText;
}

export interface ItemPage {
  readonly rows: readonly ReadRow[];
  /** The key to go on behind; absent when everything has been read. */
  readonly lastKey?: JsonText;
}

/** A page ends once it holds about this much, as in DynamoDB; it may be more (recorded api 587). */
const PAGE_BYTES = 1_000_000;
const FIRST_ROWS = 50;
const MOST_ROWS = 500; // rows that turn out large must not fill the memory of the database

/** How large rows were lately, by what was selected: so many are asked for at a time that a page is filled in one go. */
const typicalBytes = new Map<string, number>();

export interface PageLimits {
  readonly limit: number | undefined;
  readonly consistency: NonNullable<QueryOptions['consistency']>;
}

/** Reads the sources one after another until the page is full. */
export async function readPage(
  database: Database,
  reader: ItemReader,
  sources: readonly RowSource[],
  { limit = Infinity, consistency }: PageLimits,
): Promise<ItemPage> {
  const rows: ReadRow[] = [];
  let bytes = 0;
  for (const [at, source] of sources.entries()) {
    let pageState: string | undefined;
    do {
      const pageRows = Math.min(limit - rows.length, rowsToAskFor(reader));
      const page = await database.execute(source.query, source.parameters, {
        consistency,
        pageRows,
        ...(pageState === undefined ? {} : { pageState }),
      });
      for (const row of page.rows) {
        if (!reader.isEntry(row)) continue;
        const read = { item: reader.item(row), key: reader.keyText(row) };
        bytes += sizeOf(read.item);
        rows.push(read);
      }
      pageState = page.pageState;
      remember(reader, bytes, rows.length);
      const more = pageState !== undefined || at < sources.length - 1;
      if (rows.length >= limit || (bytes >= PAGE_BYTES && more))
        return { rows, lastKey: rows.at(-1)?.key ?? '{}' };
    } while (pageState !== undefined);
  }
  return { rows };
}

function rowsToAskFor(reader: ItemReader): number {
  const typical = typicalBytes.get(reader.select);
  if (typical === undefined) return FIRST_ROWS;
  return Math.min(MOST_ROWS, Math.max(1, Math.ceil(PAGE_BYTES / typical)));
}

function remember(reader: ItemReader, bytes: number, rows: number): void {
  if (rows > 0) typicalBytes.set(reader.select, Math.max(1, bytes / rows));
}

function sizeOf(item: ReadItem): number {
  let size = 0;
  for (const [name, value] of item) size += name.length + value.length;
  return size;
}

/** All rows of the sources, for an index that the gateway has to sort. */
export async function readAll(
  database: Database,
  sources: readonly RowSource[],
  consistency: NonNullable<QueryOptions['consistency']>,
): Promise<readonly cassandra.types.Row[]> {
  const rows: cassandra.types.Row[] = [];
  for (const { query, parameters } of sources) {
    let pageState: string | undefined;
    do {
      const page = await database.execute(query, parameters, {
        consistency,
        pageRows: 500,
        ...(pageState === undefined ? {} : { pageState }),
      });
      rows.push(...page.rows);
      pageState = page.pageState;
    } while (pageState !== undefined);
  }
  return rows;
}
