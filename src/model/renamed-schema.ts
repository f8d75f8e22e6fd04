import type { Grant } from './grant.js';
import type { SchemaRecord } from './schema-record.js';

/**
 * The schema of a table as it is when the table has another name: its index views (`users:ByAge`, `users!:ByDay`) and its
 * stream log (`users_scylla_cdc_log`) carry the name of the table, and grants name them.
 */
export function renamedSchema(schema: SchemaRecord, from: string, to: string): SchemaRecord {
  if (from === to) return schema;
  const renamed = (name: string) => (belongsTo(name, from) ? to + name.slice(from.length) : name);
  return {
    ...schema,
    views: schema.views && new Map([...schema.views].map(([name, options]) => [renamed(name), options])),
    byCql: schema.byCql?.map(renamed),
    grants: schema.grants?.map((grant) => renamedGrant(grant, renamed)),
  };
}

const belongsTo = (name: string, table: string): boolean =>
  name === table || [':', '!:', '_scylla_cdc_log'].some((mark) => name.startsWith(table + mark));

const renamedGrant = (grant: Grant, renamed: (name: string) => string): Grant =>
  grant.on.kind === 'keyspace' ? grant : { ...grant, on: { kind: 'table', name: renamed(grant.on.name) } };
