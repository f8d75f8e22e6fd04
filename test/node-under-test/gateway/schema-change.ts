import { CQL_TYPE } from './column-value.js';
import { ATTRIBUTES, qualified, quoted } from './cql-names.js';
import type { ViewPlan } from './index-request.js';
import type { AskedKey, KeyAttribute } from './key-schema.js';

/** The place of a table in the database. */
export interface Place {
  readonly keyspace: string;
  readonly table: string;
}

/** Scylla's choice for Alternator keyspaces: three replicas where there are three nodes, else one. */
export function createKeyspace(keyspace: string, datacenter: string, nodes: number): string {
  const replicas = nodes >= 3 ? 3 : 1;
  const replication = `{'class': 'NetworkTopologyStrategy', '${datacenter.replaceAll("'", "''")}': '${replicas}'}`;
  return `CREATE KEYSPACE IF NOT EXISTS ${quoted(keyspace)} WITH replication = ${replication}`;
}

export const dropKeyspace = (keyspace: string): string => `DROP KEYSPACE IF EXISTS ${quoted(keyspace)}`;

const columnDefinition = ({ name, type }: KeyAttribute): string => `${quoted(name)} ${CQL_TYPE[type]}`;

/** The id is chosen by us, so that what the API knows of the table can be written down before the table exists. */
export function createTable(
  { keyspace, table }: Place,
  {
    id,
    key,
    columns,
  }: { readonly id: string; readonly key: AskedKey; readonly columns: readonly KeyAttribute[] },
): string {
  const keyColumns = key.range === undefined ? [key.hash] : [key.hash, key.range];
  const definitions = [
    ...[...keyColumns, ...columns].map(columnDefinition),
    `${quoted(ATTRIBUTES)} map<text, blob>`,
    `PRIMARY KEY (${keyColumns.map(({ name }) => quoted(name)).join(', ')})`,
  ];
  return `CREATE TABLE ${qualified(keyspace, table)} (${definitions.join(', ')}) WITH ID = ${id}`;
}

/** All columns are selected, later ones included: `SELECT *` makes Cassandra add them to the view as well. */
export function createView({ keyspace, table }: Place, { view, key }: ViewPlan): string {
  const columns = key.map(({ name }) => quoted(name));
  const present = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
  return `CREATE MATERIALIZED VIEW ${qualified(keyspace, view)} AS SELECT * FROM ${qualified(keyspace, table)} WHERE ${present} PRIMARY KEY (${columns.join(', ')})`;
}

export const dropTable = ({ keyspace, table }: Place): string => `DROP TABLE ${qualified(keyspace, table)}`;

export const dropView = (keyspace: string, view: string): string =>
  `DROP MATERIALIZED VIEW ${qualified(keyspace, view)}`;

export const addColumns = ({ keyspace, table }: Place, columns: readonly KeyAttribute[]): string =>
  `ALTER TABLE ${qualified(keyspace, table)} ADD (${columns.map(columnDefinition).join(', ')})`;
