import { ownTypesIn } from '../cql/own-types.js';
import { qualifiedName } from '../cql/qualified-name.js';
import { unquoteName } from '../cql/quoting.js';
import { splitStatements } from '../cql/splitter.js';
import { KnownError, messageOf } from '../errors.js';
import { creationProblems } from '../model/creation-problems.js';
import { misfits } from '../model/fit.js';
import { spokenVersion, type ServerVersion } from '../model/server-version.js';
import type { TableRecord } from '../model/table-record.js';
import { rule } from '../model/version-rules.js';
import { columnsWhenMade } from './fit.js';
import type { LoadStep } from './plan.js';
import type { SchemaWay } from './request.js';
import type { SafetyCopy } from './safety-copy.js';
import { readHeaders } from './sstable-headers.js';

/**
 * By which means the present table could be made again. Of a table that an older release or CQL has made, CreateTable would
 * not make the columns that its files have: there it has to be CQL. Rejects with `refused`, before anything is touched, where
 * neither way would make it as it is. A table that is kept and emptied needs no way back of this kind.
 */
export async function wayBack(
  step: Pick<LoadStep, 'action' | 'name' | 'target' | 'cqlTakesName'>,
  { record, staged }: Pick<SafetyCopy, 'record' | 'staged'>,
): Promise<SchemaWay> {
  const { name, target } = step;
  const held = { columns: record.columns, headers: await readHeaders(staged.directory, staged.names) };
  const unlike =
    held.headers.length === 0
      ? []
      : misfits(held, columnsWhenMade(record.schema, record.columns, target.server));
  const way = unlike.length === 0 ? 'alternator' : 'cql';
  if (step.action !== 'recreate') return way;
  const problems =
    way === 'alternator'
      ? creationProblems(record.schema, name, { ...target, tablets: record.tablets })
      : cqlProblems(step, record);
  if (problems.length === 0) return way;
  throw new KnownError(
    'refused',
    `If the restore of '${name}' failed, the present table could not be put back as it is: ${[...unlike, ...problems].join(' ')}`,
    {
      changed: 'The table was not touched.',
      hint: 'If the present table may go: --no-safety-copy restores without a way back. Back it up first.',
    },
  );
}

/** Why CQL would not make the table with all that it has; a sentence each. */
function cqlProblems(
  { cqlTakesName, target: { server } }: Pick<LoadStep, 'cqlTakesName' | 'target'>,
  record: TableRecord,
): readonly string[] {
  const { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = record.schema.describe;
  const locals = LocalSecondaryIndexes.map(({ IndexName }) => IndexName);
  const globals = GlobalSecondaryIndexes.map(({ IndexName }) => IndexName);
  const types = new Set(record.columns.flatMap(({ type }) => ownTypesIn(type)));
  return [
    ...(cqlTakesName ? [] : ['CQL takes no such name.']),
    ...(locals.length > 0
      ? [`So it could be made by CQL only, which gives it no local index (${locals.join(', ')}).`]
      : []),
    ...(globals.length > 0 ? globalIndexProblems(globals, server) : []),
    ...(types.size > 0 ? [`Its columns are of types that would go with it (${[...types].join(', ')}).`] : []),
    ...statementProblems(record),
  ];
}

const globalIndexProblems = (indexes: readonly string[], server: ServerVersion): readonly string[] =>
  rule(server, 'gsi-by-update-table')
    ? []
    : [
        `So it could be made by CQL only, and this server (${spokenVersion(server)}) adds no index (${indexes.join(', ')}) to a table that exists.`,
      ];

/** The statements will be run as the server has told them: each must be one, of this very table. */
function statementProblems({
  name,
  keyspace,
  keyspaceStatement,
  statements,
}: TableRecord): readonly string[] {
  const table = statements.find((each) => each.type === 'table' && each.name === name);
  try {
    const [ofKeyspace, ...more] = splitStatements(keyspaceStatement);
    const [ofTable, ...others] = splitStatements(table?.statement ?? '');
    const isOne = ofKeyspace?.kind === 'keyspace' && ofTable?.kind === 'table';
    const named = qualifiedName(ofTable?.name ?? '');
    const isOwn =
      unquoteName(ofKeyspace?.name ?? '') === keyspace && named.keyspace === keyspace && named.name === name;
    return isOne && isOwn && more.length === 0 && others.length === 0
      ? []
      : ['Its description is not the one statement that makes it.'];
  } catch (error) {
    if (error instanceof KnownError) return [`Its description is no CQL: ${messageOf(error)}`];
    throw error;
  }
}
