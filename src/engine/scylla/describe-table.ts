import { KnownError } from '../../errors.js';
import type { Replication } from '../../model/ring-share.js';
import { keyspaceOf, type TableName } from '../../model/table-name.js';
import {
  isAlternatorTable,
  type Column,
  type Described,
  type DescribedStatement,
  type TableRecord,
} from '../../model/table-record.js';
import { parseTableSchema, type TableSchema } from '../../model/table-schema.js';
import { readGrants } from './grants.js';
import type { Api } from './api.js';
import type { Cql } from './cql.js';
import type { Describer } from './describer.js';

export interface DescribingTools {
  readonly api: Api;
  readonly cql: Cql;
  readonly desc: Describer;
}

/** Gathers what the API and CQL know of a table. */
export async function describeTable(
  { api, cql, desc }: DescribingTools,
  name: TableName,
): Promise<Described> {
  const description = await api.describeTable(name);
  if (description === undefined) return { kind: 'missing' };
  const keyspace = keyspaceOf(name);
  const id = await readId(cql, keyspace, name);
  expectSameTable(name, description, id);
  const columns = await readColumns(cql, keyspace, name);
  if (!isAlternatorTable(columns)) return { kind: 'plain CQL' };

  const schema = await readSchema(api, name, description);
  const statements = await readStatements(cql, desc, keyspace, name);
  const grants = await readGrants(cql, keyspace);
  const record = {
    name,
    keyspace,
    id,
    schema,
    ...(await readKeyspace(cql, desc, keyspace)),
    statements,
    columns,
    grants,
  };
  return { kind: 'table', record };
}

async function readId(cql: Cql, keyspace: string, name: string): Promise<string> {
  const [row] = await cql.rows(
    'SELECT id FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?',
    [keyspace, name],
  );
  if (!row) {
    throw new KnownError('missing', `Table ID not found for ${name}`, {
      hint: 'Alternator knows this table and CQL does not: do --endpoint and --cql-host name the same node?',
    });
  }
  return String(row['id']).toLowerCase();
}

/** The API of one cluster and the CQL of another would give a backup of neither, and a restore that deletes in one only. */
function expectSameTable(name: TableName, description: unknown, id: string): void {
  const { TableId } = description as { TableId?: string };
  if (TableId === undefined || TableId.toLowerCase() === id) return;
  throw new KnownError(
    'unavailable',
    `Table '${name}' has the id ${TableId} for the API and ${id} for CQL: they are not of one cluster`,
    { hint: 'Do --endpoint and --cql-host name the same node?' },
  );
}

async function readSchema(api: Api, name: TableName, description: unknown): Promise<TableSchema> {
  const arn = (description as { TableArn?: string }).TableArn;
  const tags = arn === undefined ? [] : await api.listTags(arn);
  const ttl = await api.describeTimeToLive(name);
  try {
    return parseTableSchema({ describe: description, tags, ttl });
  } catch (error) {
    throw new KnownError('database', `The description of table '${name}' is not one of Alternator's`, {
      cause: error,
    });
  }
}

async function readKeyspace(
  cql: Cql,
  desc: Describer,
  keyspace: string,
): Promise<Pick<TableRecord, 'replication' | 'keyspaceStatement' | 'tablets'>> {
  const [row] = await cql.rows('SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?', [
    keyspace,
  ]);
  const [statement] = (await desc.keyspace(keyspace)).filter(({ type }) => type === 'keyspace');
  if (!row || !statement) throw new KnownError('missing', `Keyspace ${keyspace} does not exist`);
  return {
    replication: row['replication'] as Replication,
    keyspaceStatement: statement.statement,
    tablets: await usesTablets(cql, keyspace),
  };
}

/** The truth about tablets; the tag that asked for them may have been changed since (SCYLLA.md 8). */
async function usesTablets(cql: Cql, keyspace: string): Promise<boolean | undefined> {
  const rows = await cql.rowsIfAny(
    'SELECT initial_tablets FROM system_schema.scylla_keyspaces WHERE keyspace_name = ?',
    [keyspace],
  );
  if (!rows) return undefined;
  const initial: unknown = rows[0]?.['initial_tablets'];
  return initial !== undefined && initial !== null;
}

async function readColumns(cql: Cql, keyspace: string, name: string): Promise<readonly Column[]> {
  const rows = await cql.rows(
    'SELECT column_name, type, kind, position FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ?',
    [keyspace, name],
  );
  return rows.map((row) => ({
    name: String(row['column_name']),
    type: String(row['type']),
    kind: String(row['kind']),
    position: Number(row['position']),
  }));
}

/** Table, indexes, views. Cassandra leaves views out of `DESC TABLE` at times (CASSANDRA-20365): they are asked for alone. */
async function readStatements(
  cql: Cql,
  desc: Describer,
  keyspace: string,
  name: string,
): Promise<readonly DescribedStatement[]> {
  const statements = await desc.table(keyspace, name);
  const shown = new Set(statements.map((statement) => statement.name));
  const views = await cql.rows(
    'SELECT view_name, base_table_name FROM system_schema.views WHERE keyspace_name = ?',
    [keyspace],
  );
  const missing = views
    .filter((row) => row['base_table_name'] === name)
    .map((row) => String(row['view_name']))
    .filter((view) => !shown.has(view));
  const rest = await Promise.all(missing.map((view) => desc.view(keyspace, view)));
  return [...statements, ...rest.flat()];
}
