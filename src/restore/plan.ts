import type { NodeIdentity } from '../engine/engine.js';
import type { ErrorKind } from '../errors.js';
import { cqlNameProblem } from '../model/cql-name.js';
import { creationProblems, type CreationPlace } from '../model/creation-problems.js';
import type { KeyspaceToMake } from '../model/keyspace-to-make.js';
import { plannedOptions, type PlannedOption } from '../model/planned-options.js';
import { parseServerVersion } from '../model/server-version.js';
import { rule } from '../model/version-rules.js';
import { schemaOfTable } from '../model/schema-record.js';
import { nodeHoldsWholeTable } from '../model/ring-share.js';
import type { TableName } from '../model/table-name.js';
import type { Described, TableRecord } from '../model/table-record.js';
import { notCompared, schemaDrift } from '../model/schema-drift.js';
import { cqlProblem, keyspaceOfCql } from './plan-by-cql.js';
import type { ItemCheck, RestoreRequest, SchemaWay } from './request.js';
import type { SavedSchema } from './saved-schema.js';
import { writtenBy, type RestoreSource } from './source.js';

/** What can be loaded, with what it says of the schema, or the reason why there is nothing that can be used. */
export type FoundSource =
  | { readonly source: RestoreSource; readonly saved: SavedSchema }
  | { readonly problem: string; readonly kind: ErrorKind };

export interface RestoreFacts {
  readonly node: NodeIdentity;
  readonly tables: readonly TableFacts[];
  readonly runId: string;
  readonly now: Date;
}

/** What was found out of one table that is to be restored. */
export interface TableFacts {
  /** As it will be called. */
  readonly name: TableName;
  readonly found: FoundSource;
  readonly live: Described;
  /** Tables that lie in the same keyspace and would be dropped with it. */
  readonly neighbours: readonly string[];
}

export type RestoreStep =
  | {
      /**
       * `create`: there is no such table. `reload`: there is one just like it, which is emptied. `recreate`: there is another
       * one, and it goes.
       */
      readonly action: 'create' | 'reload' | 'recreate';
      readonly name: TableName;
      readonly source: RestoreSource;
      readonly way: SchemaWay;
      /** The server that makes it, and on what the table lay. */
      readonly target: CreationPlace;
      /** Whether to set what the API cannot. */
      readonly tableOptions: boolean;
      /** What that is, as far as it can be told before there is a new table. */
      readonly options: readonly PlannedOption[];
      readonly strictViews: boolean;
      /** Whether CREATE KEYSPACE and CREATE TABLE take the name. */
      readonly cqlTakesName: boolean;
      /** By CQL: the keyspace as it will be made. Undefined where the backup does not say. */
      readonly keyspace: KeyspaceToMake | undefined;
      readonly saved: SavedSchema;
      readonly live: TableRecord | undefined;
      /** Whether this node's files hold all of the present table, so that a copy of them is a copy of it. */
      readonly liveIsWhole: boolean;
      /** Let the server send each row to its owners, instead of keeping the files as they are. */
      readonly stream: boolean;
      readonly check: ItemCheck;
      readonly noSafetyCopy: boolean;
    }
  /** An undo of a table that was not there before: it goes, and a copy of it is kept. */
  | DeleteStep
  | {
      readonly action: 'fail';
      readonly name: TableName;
      readonly reason: string;
      readonly kind: ErrorKind;
      /** What became of the table; that it was not touched where nothing is said. */
      readonly changed?: string;
    };

export interface DeleteStep {
  readonly action: 'delete';
  readonly name: TableName;
  /** The job that made it. */
  readonly job: string;
  readonly live: TableRecord;
}

export type LoadStep = Extract<RestoreStep, { readonly source: RestoreSource }>;

export interface RestorePlan {
  readonly runId: string;
  readonly startedAt: Date;
  readonly node: NodeIdentity;
  readonly request: RestoreRequest;
  readonly offline: boolean;
  readonly steps: readonly RestoreStep[];
}

/** What will happen. Decides everything and does nothing. */
export function planRestore(request: RestoreRequest, facts: RestoreFacts): RestorePlan {
  return {
    runId: facts.runId,
    startedAt: facts.now,
    node: facts.node,
    request,
    offline: request.offline,
    steps: facts.tables.map((table) => planOne(table, request, facts.node)),
  };
}

/** One table's step, or why it cannot be done. */
export function planOne(facts: TableFacts, request: RestoreRequest, node: NodeIdentity): RestoreStep {
  const step = planTable(facts, request, node);
  if (typeof step !== 'string') return step;
  const kind = 'problem' in facts.found ? facts.found.kind : 'refused';
  return { action: 'fail', name: facts.name, reason: step, kind };
}

/** A step, or the reason why this table cannot be restored. */
function planTable(
  { name, found, live, neighbours }: TableFacts,
  request: RestoreRequest,
  node: NodeIdentity,
): LoadStep | string {
  if ('problem' in found) return found.problem;
  const { source, saved } = found;
  if (live.kind === 'plain CQL')
    return `'${name}' is now a plain CQL table, which no backup of ours can replace`;
  if (neighbours.length > 0) {
    return `the keyspace of '${name}' also holds ${neighbours.join(', ')}, made by plain CQL, and would take it along when it is dropped`;
  }
  const share = isShare(source);
  if (share !== undefined && !request.nodeLocalOnly) {
    return `backup ${share} holds only one node's share of '${name}'; --node-local-only restores it all the same`;
  }
  if (request.as !== undefined && live.kind === 'table' && !request.replace)
    return `a table '${name}' is there; --replace replaces it`;
  if (
    live.kind === 'table' &&
    !request.nodeLocalOnly &&
    !nodeHoldsWholeTable(live.record.replication, node.topology)
  ) {
    return (
      `this node holds only its share of the present table '${name}', so no safety copy of it could be made here; ` +
      '--node-local-only replaces it all the same'
    );
  }

  const wanted: SchemaWay = saved.alternator === undefined ? 'cql' : request.schema;
  if (request.as !== undefined && wanted === 'cql')
    return 'CQL statements make the table that they name: --as needs a backup with alternator_schema.json';
  const target = targetOf(source, saved, node);
  const isReload = live.kind === 'table' && canReload(live.record, source, saved, wanted, request);
  // The table stays, and nobody makes it by anything.
  const way = isReload ? 'alternator' : wanted;
  const nameProblem = cqlNameProblem(name, node.engine, target.server);
  // Found out now, not after the DROP.
  if (way === 'cql') {
    const problem = nameProblem ?? cqlProblem(name, saved, target, request);
    if (problem !== undefined) return problem;
  }
  if (way === 'alternator' && saved.alternator && !isReload) {
    const problems = creationProblems(saved.alternator, name, target);
    if (problems.length > 0) return `'${name}' cannot be made on this server: ${problems.join('; ')}`;
  }

  return {
    action: isReload ? 'reload' : live.kind === 'table' ? 'recreate' : 'create',
    name,
    source,
    way,
    target,
    tableOptions: way === 'alternator' && !request.noTableOptions,
    // CQL takes all of them in its CREATE.
    options:
      way === 'alternator'
        ? plannedOptions(saved.record, live.kind === 'table' ? schemaOfTable(live.record) : undefined, {
            server: target.server,
            topology: node.topology,
          })
        : [],
    strictViews: request.strictViews,
    cqlTakesName: nameProblem === undefined,
    keyspace: way === 'cql' ? keyspaceOfCql(saved.cql, target, node) : undefined,
    saved,
    live: live.kind === 'table' ? live.record : undefined,
    liveIsWhole: live.kind !== 'table' || nodeHoldsWholeTable(live.record.replication, node.topology),
    stream: node.nodeCount > 1 || (live.kind === 'table' && live.record.tablets === true),
    check: request.check,
    noSafetyCopy: request.noSafetyCopy,
  };
}

/** The label of a backup that is one node's share. */
const isShare = (source: RestoreSource): string | undefined =>
  source.kind === 'backup' && source.backup.kind === 'manifest' && !source.backup.manifest.table.whole
    ? source.backup.label
    : undefined;

/**
 * Whether emptying the present table does: its schema is the saved one, as far as both sides tell all of it. Grants do not
 * count: those of the present table stay, and what differs is told.
 */
function canReload(
  live: TableRecord,
  source: RestoreSource,
  { record, alternator }: SavedSchema,
  way: SchemaWay,
  request: RestoreRequest,
): boolean {
  if (request.recreate || alternator === undefined) return false;
  // Of a backup somebody has asked for it; a copy says only by what its table could be made again.
  if (way === 'cql' && source.kind === 'backup') return false;
  const present = { ...schemaOfTable(live), grants: undefined };
  const saved = { ...record, grants: undefined };
  return notCompared(saved, present).length === 0 && schemaDrift(saved, present).length === 0;
}

/** A backup from before there were tablets is of a table on vnodes, whatever this server makes of new ones. */
function targetOf(source: RestoreSource, saved: SavedSchema, node: NodeIdentity): CreationPlace {
  const server = parseServerVersion(node.engine, node.version);
  const from = writtenBy(source);
  const before = from && !rule(parseServerVersion(from.engine, from.version), 'tablets-exist');
  const tablets = saved.record.tablets ?? (before === true ? false : undefined);
  return { server, tablets, nodes: node.nodeCount, racks: node.racks };
}
