import { quoteName } from '../cql/quoting.js';
import { messageOf } from '../errors.js';
import { keyspaceOf, type TableName } from '../model/table-name.js';
import { grantsWithout, grantTitle, type Grant } from '../model/grant.js';
import type { RestoreTools } from './tools.js';

/** How the table was made whose roles get their grants back. */
export interface GrantsWanted {
  /** Undefined: the backup does not know them. */
  readonly grants: readonly Grant[] | undefined;
  /** Whether the keyspace was made together with the table; else it may have had grants of its own before. */
  readonly newKeyspace: boolean;
}

/**
 * Gives roles back what the removal of the table took from them (recorded cql 409). What this server refuses, a role that is
 * no longer there for one, is a warning with the statements.
 *
 * Gives what is granted beyond that: a new table has no grants but those that the server gives to whoever makes it, which are
 * all there are, on the table and its views (recorded cql 408, api 886). They are the restore's own doing and are left as they
 * are: on a server that does not know the other roles yet, the table would be out of everybody's reach without them.
 */
export async function giveGrantsBack(
  name: TableName,
  { grants: wanted, newKeyspace }: GrantsWanted,
  tools: RestoreTools,
): Promise<readonly Grant[]> {
  if (wanted === undefined) return [];
  const { engine, report } = tools;
  const present = await presentGrants(name, tools);
  for (const grant of grantsWithout(wanted, present)) {
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
  const ofTheMaker = grantsWithout(present, wanted).filter(({ on }) => on.kind === 'table' || newKeyspace);
  for (const grant of ofTheMaker) {
    report.info(
      `The server gave ${grant.permissions.join(', ')} to ${grantTitle(grant)}, as to whoever makes a table`,
    );
  }
  return ofTheMaker;
}

/** The data is back by now: grants that cannot be read take nothing away, and a GRANT may be given twice. */
async function presentGrants(name: TableName, { engine, report }: RestoreTools): Promise<readonly Grant[]> {
  try {
    const described = await engine.describe(name);
    return (described.kind === 'table' ? described.record.grants : undefined) ?? [];
  } catch (error) {
    report.warn(`What roles may do with ${name} could not be read: ${messageOf(error)}`);
    return [];
  }
}

export function grantStatements(name: TableName, { role, on, permissions }: Grant): readonly string[] {
  const keyspace = quoteName(keyspaceOf(name));
  const resource =
    on.kind === 'keyspace' ? `KEYSPACE ${keyspace}` : `TABLE ${keyspace}.${quoteName(on.name)}`;
  return permissions.map((permission) => `GRANT ${permission} ON ${resource} TO ${quoteName(role)}`);
}
