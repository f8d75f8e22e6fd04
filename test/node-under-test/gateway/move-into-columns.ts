import cassandra from 'cassandra-driver';
import { typeByteOf } from './attribute-bytes.js';
import { ATTRIBUTES, qualified, quoted } from './cql-names.js';
import type { Database } from './database.js';
import { whereKey } from './item-write.js';
import { isLocalIndexKey, keyOf, type Column, type TableSchema } from './table-schema.js';

const PAGE_ROWS = 250;

/** Columns of global indexes: those of local ones stay as they were loaded, as with Scylla (behaviour.md, E006). */
export const globalIndexAttributes = (table: TableSchema): ReadonlySet<string> =>
  new Set(table.others.filter((column) => !isLocalIndexKey(table, column)).map(({ name }) => name));

/**
 * Moves the attributes of every item that holds them in the type of the column. Each value keeps its write time, so that
 * whatever is written or deleted meanwhile is newer and stays.
 */
export async function moveIntoColumns(
  database: Database,
  table: TableSchema,
  attributes: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const columns = table.others.filter(({ name }) => attributes.has(name));
  if (columns.length === 0 || !table.hasAttributes) return;
  const place = qualified(table.keyspace, table.table);
  const cells = columns.flatMap(({ name }, at) => {
    const element = `${quoted(ATTRIBUTES)}['${name.replaceAll("'", "''")}']`;
    return [`${element} AS v${at}`, `WRITETIME(${element}) AS w${at}`];
  });
  const keys = keyOf(table).map(({ name }, at) => `${quoted(name)} AS k${at}`);
  const query = `SELECT /* ${table.id} */ ${[...keys, ...cells].join(', ')} FROM ${place}`;

  let pageState: string | undefined;
  do {
    signal.throwIfAborted();
    const page = await database.execute(query, [], {
      pageRows: PAGE_ROWS,
      ...(pageState === undefined ? {} : { pageState }),
    });
    await Promise.all(
      page.rows.flatMap((row) => columns.map((column, at) => move(database, table, row, { column, at }))),
    );
    pageState = page.pageState;
  } while (pageState !== undefined);
}

async function move(
  database: Database,
  table: TableSchema,
  row: cassandra.types.Row,
  { column, at }: { readonly column: Column; readonly at: number },
): Promise<void> {
  const bytes = row[`v${at}`] as Buffer | null;
  if (bytes === null || bytes[0] !== typeByteOf(column.type) || bytes.length === 1) return;
  const value = bytes.subarray(1);
  const key = keyOf(table).map((_, position) => row[`k${position}`] as unknown);
  const set = `${quoted(column.name)} = ?, ${quoted(ATTRIBUTES)} = ${quoted(ATTRIBUTES)} - ?`;
  await database.execute(
    `UPDATE /* ${table.id} */ ${qualified(table.keyspace, table.table)} USING TIMESTAMP ? SET ${set} ${whereKey(table)}`,
    [row[`w${at}`], fromBytes(column, value), [column.name], ...key],
    { consistency: 'quorum' },
  );
}

function fromBytes({ type }: Column, bytes: Buffer): unknown {
  if (type === 'S') return bytes.toString('utf8');
  return type === 'N' ? cassandra.types.BigDecimal.fromBuffer(bytes) : bytes;
}
