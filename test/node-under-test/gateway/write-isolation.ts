import { validation } from './api-error.js';
import type { TableState } from './state-file.js';

/** The tag that says how writes that need the old item are done (SCYLLA.md 2.5). */
export const WRITE_ISOLATION_TAG = 'system:write_isolation';

const FORBIDDING: ReadonlySet<string> = new Set(['f', 'forbid', 'forbid_rmw']);

/** In the order of Scylla's hash table, which its message shows (recorded api 142). */
const ALLOWED = [
  'unsafe_rmw',
  'unsafe',
  'u',
  'o',
  'always_use_lwt',
  'always',
  'only_rmw_uses_lwt',
  'a',
  'forbid_rmw',
  'forbid',
  'f',
];

export function verifyWriteIsolation(value: string): void {
  if (ALLOWED.includes(value)) return;
  const allowed = ALLOWED.map((name) => `"${name}"`).join(', ');
  throw validation(`Incorrect write isolation tag ${value}. Allowed values: {${allowed}}`);
}

/** Throws when the table's tag forbids writes that depend on the old item. */
export function verifyReadModifyWrite({ tags }: TableState): void {
  if (!FORBIDDING.has(tags[WRITE_ISOLATION_TAG] ?? '')) return;
  throw validation(
    "Read-modify-write operations are disabled by 'forbid_rmw' write isolation policy. Refer to https://github.com/scylladb/scylla/blob/master/docs/alternator/alternator.md#write-isolation-policies for more information.",
  );
}
