import { qualifiedName } from '../cql/qualified-name.js';
import { unquoteName } from '../cql/quoting.js';
import { keyspaceOf, type TableName } from '../model/table-name.js';

/**
 * Whether CQL would take the name for this very table. Without quotes it folds to lower case: `alternator_Users.Users` then
 * means `users`, another table that may be alive.
 */
export function namesTable(written: string, table: TableName): boolean {
  const { keyspace, name } = qualifiedName(written);
  return (
    keyspace !== undefined &&
    folded(keyspace, written) === keyspaceOf(table) &&
    folded(name, written) === table
  );
}

/** As written, and what CQL makes of it where that is another name. */
export function asMeant(written: string): string {
  const { keyspace, name } = qualifiedName(written);
  const parts = keyspace === undefined ? [name] : [keyspace, name];
  const meant = parts.map((part) => folded(part, written)).join('.');
  return meant === parts.join('.') ? written : `${written} (without quotes that means ${meant})`;
}

/** Whether CQL would take the name for this table's keyspace. */
export const namesKeyspace = (written: string, table: TableName): boolean =>
  folded(unquoteName(written), written) === keyspaceOf(table);

const folded = (part: string, written: string): string =>
  written.includes(`"${part.replaceAll('"', '""')}"`) ? part : part.toLowerCase();

/** The same of the first part of a name: `keyspace` is that part, `written` the whole. */
export const isKeyspaceOf = (keyspace: string, written: string, table: TableName): boolean =>
  folded(keyspace, written) === keyspaceOf(table);
