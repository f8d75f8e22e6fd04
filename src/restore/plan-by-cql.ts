import type { NodeIdentity } from '../engine/engine.js';
import { ownTypesIn } from '../cql/own-types.js';
import { identify } from '../cql/statement-kind.js';
import { tableColumns } from '../cql/table-columns.js';
import type { CreationPlace } from '../model/creation-problems.js';
import { keyspaceToMake, type KeyspaceToMake } from '../model/keyspace-to-make.js';
import { spokenVersion } from '../model/server-version.js';
import type { TableName } from '../model/table-name.js';
import type { TableDescription } from '../model/table-schema.js';
import { rule } from '../model/version-rules.js';
import type { RestoreRequest } from './request.js';
import type { SavedSchema } from './saved-schema.js';

/** Why CQL would not make the table of these statements on this server; undefined where nothing stands in the way. */
export function cqlProblem(
  name: TableName,
  { cql, alternator }: SavedSchema,
  { server, tablets }: CreationPlace,
  { strictViews }: RestoreRequest,
): string | undefined {
  if ('problem' in cql) return cql.problem;
  const types = new Set(cql.table.flatMap(columnTypes).flatMap(ownTypesIn));
  if (types.size > 0)
    return `'${name}' cannot be made by CQL: its columns are of types that go with its keyspace (${[...types].join(', ')})`;
  if (tablets === true && !rule(server, 'tablets-exist'))
    return `'${name}' was on tablets, and this server (${spokenVersion(server)}) has none`;
  const never = strictViews && alternator ? indexesLostByCql(alternator.describe, server) : [];
  if (never.length > 0)
    return `--strict-views: '${name}' made by CQL cannot have its indexes ${never.join(', ')} on this server`;
  return undefined;
}

const columnTypes = (statement: string): readonly string[] =>
  identify(statement).kind === 'table' ? tableColumns(statement).map(({ type }) => type) : [];

/** Indexes that a table has no more when CQL has made it: local ones are CreateTable's alone, older servers add none at all. */
export function indexesLostByCql(
  { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] }: TableDescription,
  server: CreationPlace['server'],
): readonly string[] {
  if (server.takesIndexViews) return [];
  const globals = rule(server, 'gsi-by-update-table') ? [] : GlobalSecondaryIndexes;
  return [...globals, ...LocalSecondaryIndexes].map(({ IndexName }) => IndexName);
}

/** The keyspace as it will be made; undefined where the backup does not say. */
export function keyspaceOfCql(
  cql: SavedSchema['cql'],
  target: CreationPlace,
  { engine, topology }: NodeIdentity,
): KeyspaceToMake | undefined {
  const saved = 'problem' in cql ? undefined : cql.keyspace;
  return saved === undefined ? undefined : keyspaceToMake(saved, { engine, target, topology });
}
