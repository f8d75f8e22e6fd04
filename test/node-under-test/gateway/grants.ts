import { qualified, quoted } from './cql-names.js';
import type { Database } from './database.js';

/** Scylla gives the maker of a table all permissions on it and its views (recorded api 886, cql 408). */
export const grantAll = (role: string, keyspace: string, tables: readonly string[]): readonly string[] =>
  tables.map((table) => `GRANT ALL PERMISSIONS ON ${qualified(keyspace, table)} TO ${quoted(role)}`);

export interface KeyspaceGrant {
  readonly role: string;
  readonly permissions: unknown;
}

/**
 * Grants on a keyspace, which outlive DeleteTable in Scylla (behaviour.md) and would go with the keyspace in Cassandra:
 * they are read before it is dropped, and put back afterwards. Cassandra takes no GRANT on what is not there, so they are
 * written where it keeps them.
 */
export async function keyspaceGrants(
  database: Database,
  keyspace: string,
): Promise<readonly KeyspaceGrant[]> {
  const { rows } = await database.execute(
    'SELECT role, permissions FROM system_auth.role_permissions WHERE resource = ? ALLOW FILTERING',
    [resourceOf(keyspace)],
  );
  return rows.map((row) => ({ role: String(row['role']), permissions: row['permissions'] as unknown }));
}

export async function putBackGrants(
  database: Database,
  keyspace: string,
  grants: readonly KeyspaceGrant[],
): Promise<void> {
  const resource = resourceOf(keyspace);
  for (const { role, permissions } of grants) {
    await database.execute(
      'INSERT INTO system_auth.role_permissions (role, resource, permissions) VALUES (?, ?, ?)',
      [role, resource, permissions],
      { consistency: 'quorum' },
    );
    await database.execute(
      'INSERT INTO system_auth.resource_role_permissons_index (resource, role) VALUES (?, ?)', // Cassandra's spelling
      [resource, role],
      { consistency: 'quorum' },
    );
  }
}

const resourceOf = (keyspace: string): string => `data/${keyspace}`;
