import { describe, expect, it } from 'vitest';
import type { Cql, Row } from '../../../src/engine/scylla/cql.js';
import { readGrants } from '../../../src/engine/scylla/grants.js';

type Tables = Readonly<Record<string, readonly object[] | undefined>>;

/** A server with these tables of permissions; the others it does not know, or does not show to our role. */
const server = (tables: Tables): Cql => ({
  rows: () => Promise.reject(new Error('not to be asked: the table may not be there')),
  rowsIfAny: async (statement) =>
    tables[/ FROM (\S+)$/.exec(statement)?.[1] ?? ''] as readonly Row[] | undefined,
  close: async () => undefined,
});

const row = (role: string, resource: string, ...permissions: string[]): object => ({
  role,
  resource,
  permissions: new Set(permissions),
});
const NEWER = 'system.role_permissions';
const OLDER = 'system_auth.role_permissions';
const users = (role: string, ...permissions: string[]) => ({
  role,
  on: { kind: 'table', name: 'users' },
  permissions,
});

describe('Grants of roles', () => {
  it('are those of the newer table, where the older one is still there since an upgrade (SCYLLA.md 4.6)', async () => {
    const stale = [
      row('gone', 'data/alternator_users/users', 'SELECT'),
      row('r', 'data/alternator_users/users', 'DROP'),
    ];
    const now = [row('r', 'data/alternator_users/users', 'SELECT', 'MODIFY')];
    const read = (tables: Tables) => readGrants(server(tables), 'alternator_users');
    expect(await read({ [NEWER]: now, [OLDER]: stale })).toEqual([users('r', 'MODIFY', 'SELECT')]);
    // All were revoked since: that is an answer, too.
    expect(await read({ [NEWER]: [], [OLDER]: stale })).toEqual([]);
  });

  it('are those of the older table where there is no newer one, and unknown where neither can be read', async () => {
    const rows = [row('r', 'data/alternator_users/users', 'SELECT')];
    expect(await readGrants(server({ [OLDER]: rows }), 'alternator_users')).toEqual([users('r', 'SELECT')]);
    expect(await readGrants(server({}), 'alternator_users')).toBeUndefined();
  });

  it('are those on this keyspace and its tables only, whatever their names begin with', async () => {
    const rows = [
      row('a', 'data/alternator_users', 'ALTER'),
      row('b', 'data/alternator_users/users:by/x', 'SELECT'),
      row('c', 'data/alternator_users2/users', 'SELECT'),
      row('d', 'data', 'SELECT'),
      row('e', 'data/alternator_users/users'),
    ];
    expect(await readGrants(server({ [NEWER]: rows }), 'alternator_users')).toEqual([
      { role: 'a', on: { kind: 'keyspace' }, permissions: ['ALTER'] },
      { role: 'b', on: { kind: 'table', name: 'users:by/x' }, permissions: ['SELECT'] },
    ]);
  });
});
