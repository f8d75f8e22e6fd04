import { unquoteName } from '../../src/cql/quoting.js';
import { withOptions } from '../../src/cql/with-options.js';
import { KnownError } from '../../src/errors.js';
import type { Grant } from '../../src/model/grant.js';
import type { TableRecord } from '../../src/model/table-record.js';

const NAME = '("(?:[^"]|"")+")';
const ALTER = new RegExp(
  `^ALTER (KEYSPACE|TABLE|MATERIALIZED VIEW) ${NAME}(?:\\.${NAME})? WITH (\\w+) = ([^]+)$`,
);
const GRANT = new RegExp(`^GRANT (\\w+) ON (KEYSPACE|TABLE) ${NAME}(?:\\.${NAME})? TO ${NAME}$`);

/** A role that nobody can grant anything to. */
export const DROPPED_ROLE = 'gone';

/** The table after this ALTER or GRANT; undefined when it is not about the table. */
export function changedBy(statement: string, record: TableRecord): TableRecord | undefined {
  return alteredBy(statement, record) ?? grantedBy(statement, record);
}

function alteredBy(statement: string, record: TableRecord): TableRecord | undefined {
  const [, kind, first = '', second = '', option = '', value = ''] = ALTER.exec(statement) ?? [];
  if (kind === undefined || unquoteName(first) !== record.keyspace) return undefined;
  if (option === 'compression' && value.includes('Unknown'))
    throw new KnownError('database', 'unknown compressor');
  if (kind === 'KEYSPACE')
    return { ...record, keyspaceStatement: withOption(record.keyspaceStatement, option, value) };
  const name = unquoteName(second);
  return {
    ...record,
    statements: record.statements.map((each) =>
      each.name === name ? { ...each, statement: withOption(each.statement, option, value) } : each,
    ),
  };
}

/** The statement with this option set. */
export function withOption(statement: string, name: string, value: string): string {
  const present = withOptions(statement).get(name);
  return present
    ? statement.replace(`${name} = ${present.text}`, `${name} = ${value}`)
    : // A server prints extensions such as `cdc` behind all others.
      statement.replace(/(?: AND cdc = [^}]*\})?;\s*$/, (end) =>
        name === 'cdc' ? ` AND cdc = ${value};\n` : ` AND ${name} = ${value}${end.trimEnd()}\n`,
      );
}

function grantedBy(statement: string, record: TableRecord): TableRecord | undefined {
  const [, permission = '', kind, first = '', second = '', quoted = ''] = GRANT.exec(statement) ?? [];
  if (kind === undefined || unquoteName(first) !== record.keyspace) return undefined;
  const role = unquoteName(quoted);
  if (role === DROPPED_ROLE) throw new KnownError('database', `role ${role} doesn't exist`);
  const on: Grant['on'] =
    kind === 'KEYSPACE' ? { kind: 'keyspace' } : { kind: 'table', name: unquoteName(second) };
  const grants = record.grants ?? [];
  const same = (grant: Grant) => grant.role === role && JSON.stringify(grant.on) === JSON.stringify(on);
  const permissions = [...new Set([...(grants.find(same)?.permissions ?? []), permission])].sort();
  return { ...record, grants: [...grants.filter((grant) => !same(grant)), { role, on, permissions }] };
}
