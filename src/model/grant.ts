/** What a role may do with a table, one of its index views, its stream log, or the keyspace. */
export interface Grant {
  readonly role: string;
  /** `keyspace` for the keyspace; else the name of the table, view or stream log. */
  readonly on: { readonly kind: 'keyspace' } | { readonly kind: 'table'; readonly name: string };
  /** In capitals, sorted: `MODIFY`, `SELECT`, … */
  readonly permissions: readonly string[];
}

/** Who and what, for people and for comparing: `role reader on users:ByAge`. */
export const grantTitle = ({ role, on }: Grant): string =>
  `role ${role} on ${on.kind === 'keyspace' ? 'the keyspace' : on.name}`;

/** What is granted in the first and not in the second. */
export function grantsWithout(grants: readonly Grant[], others: readonly Grant[]): readonly Grant[] {
  const known = new Map(others.map((grant) => [grantTitle(grant), new Set(grant.permissions)]));
  return grants.flatMap((grant) => {
    const permissions = grant.permissions.filter((each) => known.get(grantTitle(grant))?.has(each) !== true);
    return permissions.length === 0 ? [] : [{ ...grant, permissions }];
  });
}
