import { quoteName } from '../cql/quoting.js';
import { messageOf } from '../errors.js';
import { keyspaceOf, type TableName } from '../model/table-name.js';
import { grantTitle, missingGrants, type Grant } from '../model/grant.js';
import type { RestoreTools } from './tools.js';

/**
 * Gives roles back what the removal of the table took from them (recorded cql 409). What this server refuses, a role that is
 * no longer there for one, is a warning with the statements.
 */
export async function giveGrantsBack(
  name: TableName,
  wanted: readonly Grant[],
  { engine, report }: RestoreTools,
): Promise<void> {
  if (wanted.length === 0) return;
  const described = await engine.describe(name);
  const present = described.kind === 'table' ? described.record.grants : undefined;
  for (const grant of missingGrants(wanted, present ?? [])) {
    const statements = grantStatements(name, grant);
    try {
      for (const statement of statements) await engine.execute(statement);
      report.info(`Granted ${grant.permissions.join(', ')} to ${grantTitle(grant)}`);
    } catch (error) {
      report.warn(
        `${grant.permissions.join(', ')} of ${grantTitle(grant)} could not be granted: ${messageOf(error)}; by hand: ${statements.join('; ')}`,
      );
    }
  }
}

export function grantStatements(name: TableName, { role, on, permissions }: Grant): readonly string[] {
  const keyspace = quoteName(keyspaceOf(name));
  const resource =
    on.kind === 'keyspace' ? `KEYSPACE ${keyspace}` : `TABLE ${keyspace}.${quoteName(on.name)}`;
  return permissions.map((permission) => `GRANT ${permission} ON ${resource} TO ${quoteName(role)}`);
}
