import type { Grant } from '../../model/grant.js';
import type { Cql, Row } from './cql.js';

/** Where the grants are: with the topology service of 6.0 and later, and before (SCYLLA.md 4.6). */
const TABLES = ['system.role_permissions', 'system_auth.role_permissions'] as const;

/**
 * Every role's grants on the tables of a keyspace (base table, index views, stream log) and on the keyspace itself.
 * Undefined where our role may not read them. Grants on all keyspaces are not a table's and are left out.
 */
export async function readGrants(cql: Cql, keyspace: string): Promise<readonly Grant[] | undefined> {
  for (const table of TABLES) {
    const rows = await cql.rowsIfAny(`SELECT role, resource, permissions FROM ${table}`);
    // The older table stays after an upgrade, as it was then: what was revoked since is granted there for ever.
    if (rows) return grantsOn(keyspace, rows);
  }
  return undefined;
}

/** A resource reads `data/<keyspace>` or `data/<keyspace>/<table>`. */
function grantsOn(keyspace: string, rows: readonly Row[]): readonly Grant[] {
  const own = `data/${keyspace}`;
  return rows
    .flatMap((row): readonly Grant[] => {
      const resource = String(row['resource']);
      const permissions = [...((row['permissions'] as Iterable<string> | null) ?? [])].sort();
      const role = String(row['role']);
      if (resource === own) return [{ role, on: { kind: 'keyspace' }, permissions }];
      if (!resource.startsWith(`${own}/`)) return [];
      return [{ role, on: { kind: 'table', name: resource.slice(own.length + 1) }, permissions }];
    })
    .filter(({ permissions }) => permissions.length > 0)
    .sort((a, b) => (JSON.stringify([a.role, a.on]) < JSON.stringify([b.role, b.on]) ? -1 : 1));
}
