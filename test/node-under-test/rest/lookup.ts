import type { TableFact } from '../ring/facts.js';
import type { RestContext } from './context.js';
import { noKeyspace } from './rest-error.js';

/** Throws 400 for an unknown one. */
export async function expectKeyspace({ database, names }: RestContext, keyspace: string): Promise<void> {
  if (!(await database.node()).keyspaces.includes(names.keyspace(keyspace))) throw noKeyspace(keyspace);
}

/** By the names that operators use. */
export async function findTable(
  { database, names }: RestContext,
  keyspace: string,
  table: string,
): Promise<TableFact | undefined> {
  const stored = { keyspace: names.keyspace(keyspace), table: names.table(keyspace, table) };
  const all = await database.tables();
  return all.find((fact) => fact.keyspace === stored.keyspace && fact.table === stored.table);
}
