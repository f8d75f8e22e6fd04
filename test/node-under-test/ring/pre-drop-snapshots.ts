import type { Database } from './database.js';

/**
 * Takes `pre-drop-<ms>` snapshots of tables that are about to be dropped, on every running node, as Scylla does unless
 * `auto_snapshot` is off. Names are those of Cassandra.
 */
export function preDropSnapshots(
  databases: () => readonly Database[],
): (keyspace: string, tables: readonly string[]) => Promise<void> {
  return async (keyspace, tables) => {
    const tag = `pre-drop-${Date.now()}`;
    for (const database of databases()) {
      const facts = (await database.tables()).filter(
        (fact) => fact.keyspace === keyspace && tables.includes(fact.table),
      );
      for (const { table, directory } of facts) {
        await database.flush(keyspace, table);
        await database.snapshot(keyspace, table, `${directory}/snapshots/${tag}`);
      }
    }
  };
}
