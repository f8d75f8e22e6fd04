import type { Cql, Row } from './cql.js';

/** What `system_schema` says of a keyspace, its tables and its views; only what every new table has of its own is left out. */
export interface LiveOptions {
  readonly keyspace: Row | undefined;
  readonly tables: Readonly<Record<string, Row>>;
  readonly views: Readonly<Record<string, Row>>;
}

export async function liveOptions(cql: Cql, table: string): Promise<LiveOptions> {
  const keyspace = `alternator_${table}`;
  const rows = (from: string) =>
    cql.execute(`SELECT * FROM system_schema.${from} WHERE keyspace_name = ?`, keyspace);
  const [found] = await rows('keyspaces');
  return {
    keyspace: found,
    tables: byName(await rows('tables'), 'table_name'),
    views: byName(await rows('views'), 'view_name'),
  };
}

const OF_ITS_OWN = new Set(['id', 'base_table_id']);

const byName = (rows: readonly Row[], name: string): Readonly<Record<string, Row>> =>
  Object.fromEntries(
    rows.map((row) => [
      String(row[name]),
      Object.fromEntries(Object.entries(row).filter(([column]) => !OF_ITS_OWN.has(column))),
    ]),
  );
