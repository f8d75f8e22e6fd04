import { ApiError } from './api-error.js';
import type { Database } from './database.js';
import type { IndexSchema, TableSchema } from './table-schema.js';

export type Permission = 'SELECT' | 'MODIFY' | 'ALTER' | 'DROP';

/** What the sender of a request may do. Every check rejects with AccessDeniedException in Scylla's words. */
export interface Access {
  /** Reading an index takes a permission on its view, not on the table. */
  verify(permission: Permission, table: TableSchema, index?: IndexSchema): Promise<void>;
  verifyCreate(): Promise<void>;
  /** The role that becomes the owner of what it makes; undefined without authorization. */
  readonly role: string | undefined;
}

export const EVERYTHING_ALLOWED: Access = {
  verify: async () => undefined,
  verifyCreate: async () => undefined,
  role: undefined,
};

/** Roots of the database's resources: `data/<keyspace>/<table>`, and the same without its last parts. */
const ALL_KEYSPACES = 'data';

/** The grants of the database decide, those of roles that were granted to the role included (recorded api 865 to 888). */
export function accessOf(role: string, database: Database): Access {
  const verifyOn = async (permission: string, resource: string, shown: string): Promise<void> => {
    if (await isAllowed({ role, permission, resource }, database)) return;
    throw new ApiError('AccessDeniedException', `${permission} access on ${shown} is denied to role ${role}`);
  };
  return {
    role,
    verify: (permission, table, index) => {
      const shown =
        index === undefined
          ? table.name
          : `${table.name}${index.kind === 'global' ? ':' : '!:'}${index.name}`;
      const resource = `${ALL_KEYSPACES}/${table.keyspace}/${index?.view ?? table.table}`;
      return verifyOn(permission, resource, `table alternator_${table.name}.${shown}`);
    },
    verifyCreate: () => verifyOn('CREATE', ALL_KEYSPACES, 'ALL KEYSPACES'),
  };
}

interface Wish {
  readonly role: string;
  readonly permission: string;
  readonly resource: string;
}

async function isAllowed({ role, permission, resource }: Wish, database: Database): Promise<boolean> {
  const parts = resource.split('/');
  const covering = new Set(parts.map((_, at) => parts.slice(0, at + 1).join('/')));
  for (const member of await rolesOf(role, database)) {
    if (member.isSuperuser) return true;
    const { rows } = await database.execute(
      'SELECT resource, permissions FROM system_auth.role_permissions WHERE role = ?',
      [member.name],
    );
    const granted = rows.filter((row) => covering.has(String(row['resource'])));
    if (granted.some((row) => (row['permissions'] as readonly string[] | null)?.includes(permission)))
      return true;
  }
  return false;
}

interface Role {
  readonly name: string;
  readonly isSuperuser: boolean;
}

/** The role and all roles that it is a member of. */
async function rolesOf(first: string, database: Database): Promise<readonly Role[]> {
  const found = new Map<string, Role>();
  const names = [first];
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (found.has(name)) continue;
    const { rows } = await database.execute(
      'SELECT is_superuser, member_of FROM system_auth.roles WHERE role = ?',
      [name],
    );
    found.set(name, { name, isSuperuser: rows[0]?.['is_superuser'] === true });
    names.push(...((rows[0]?.['member_of'] as readonly string[] | null | undefined) ?? []));
  }
  return [...found.values()];
}
