import type { NodeIdentity } from '../engine/engine.js';
import type { ErrorKind } from '../errors.js';
import { creationProblems } from '../model/creation-problems.js';
import { unusualOptions } from '../model/option-changes.js';
import { parseServerVersion } from '../model/server-version.js';
import { rule } from '../model/version-rules.js';
import type { CreationTarget } from '../model/table-creation.js';
import { formatSize } from '../model/size.js';
import { nodeHoldsWholeTable } from '../model/ring-share.js';
import type { TableName } from '../model/table-name.js';
import type { Described, TableRecord } from '../model/table-record.js';
import type { StoredBackup } from '../store/store.js';
import type { RestoreRequest, SchemaWay } from './request.js';
import type { SavedSchema } from './saved-schema.js';

/** A backup of a table with what it says of the schema, or the reason why there is none that can be used. */
export type FoundBackup =
  | { readonly backup: StoredBackup; readonly saved: SavedSchema }
  | { readonly problem: string; readonly kind: ErrorKind };

export interface RestoreFacts {
  readonly node: NodeIdentity;
  readonly tables: readonly TableFacts[];
  readonly runId: string;
  readonly now: Date;
}

/** What was found out of one table that is to be restored. */
export interface TableFacts {
  readonly name: TableName;
  readonly found: FoundBackup;
  readonly live: Described;
  /** Tables that lie in the same keyspace and would be dropped with it. */
  readonly neighbours: readonly string[];
}

export type RestoreStep =
  | {
      /** `create`: there is no such table. `recreate`: there is one, and it goes. */
      readonly action: 'create' | 'recreate';
      readonly name: TableName;
      readonly backup: StoredBackup;
      readonly way: SchemaWay;
      /** The server that makes it, and on what the table lay. */
      readonly target: CreationTarget;
      /** Whether to set what the API cannot. */
      readonly tableOptions: boolean;
      readonly strictViews: boolean;
      /** Whether CREATE TABLE takes the name. */
      readonly cqlTakesName: boolean;
      /** Of the ring. */
      readonly nodes: number;
      readonly saved: SavedSchema;
      readonly live: TableRecord | undefined;
      /** Whether this node's files hold all of the present table, so that a copy of them is a copy of it. */
      readonly liveIsWhole: boolean;
      /** Let the server send each row to its owners, instead of keeping the files as they are. */
      readonly stream: boolean;
    }
  | { readonly action: 'fail'; readonly name: TableName; readonly reason: string; readonly kind: ErrorKind };

export type LoadStep = Exclude<RestoreStep, { readonly action: 'fail' }>;

export interface RestorePlan {
  readonly runId: string;
  readonly startedAt: Date;
  readonly offline: boolean;
  readonly steps: readonly RestoreStep[];
}

/** What will happen. Decides everything and does nothing. */
export function planRestore(request: RestoreRequest, facts: RestoreFacts): RestorePlan {
  return {
    runId: facts.runId,
    startedAt: facts.now,
    offline: request.offline,
    steps: facts.tables.map((table) => {
      const step = planTable(table, request, facts.node);
      if (typeof step !== 'string') return step;
      const kind = 'problem' in table.found ? table.found.kind : 'refused';
      return { action: 'fail', name: table.name, reason: step, kind };
    }),
  };
}

/** A step, or the reason why this table cannot be restored. */
function planTable(
  { name, found, live, neighbours }: TableFacts,
  request: RestoreRequest,
  node: NodeIdentity,
): LoadStep | string {
  if ('problem' in found) return found.problem;
  const { backup, saved } = found;
  if (live.kind === 'plain CQL')
    return `'${name}' is now a plain CQL table, which no backup of ours can replace`;
  if (neighbours.length > 0) {
    return `the keyspace of '${name}' also holds ${neighbours.join(', ')}, made by plain CQL, and would take it along when it is dropped`;
  }
  if (backup.kind === 'manifest' && !backup.manifest.table.whole && !request.nodeLocalOnly) {
    return `backup ${backup.label} holds only one node's share of '${name}'; --node-local-only restores it all the same`;
  }
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

  const way: SchemaWay = saved.alternator === undefined ? 'cql' : request.schema;
  // Scylla's CREATE takes \w+ only, even in quotes (create_table_statement.cc); found out now, not after the DROP.
  const cqlTakesName = node.engine !== 'Scylla' || /^\w+$/.test(name);
  if (way === 'cql' && !cqlTakesName) {
    return `'${name}' cannot be made by CQL: Scylla takes letters, digits and _ only`;
  }
  if (way === 'cql' && 'problem' in saved.cql) return saved.cql.problem;
  const target = targetOf(backup, saved, node);
  if (way === 'alternator' && saved.alternator) {
    const place = { ...target, nodes: node.nodeCount, racks: node.racks };
    const problems = creationProblems(saved.alternator, name, place);
    if (problems.length > 0) return `'${name}' cannot be made on this server: ${problems.join('; ')}`;
  }

  return {
    action: live.kind === 'table' ? 'recreate' : 'create',
    name,
    backup,
    way,
    target,
    tableOptions: way === 'alternator' && !request.noTableOptions,
    strictViews: request.strictViews,
    cqlTakesName,
    nodes: node.nodeCount,
    saved,
    live: live.kind === 'table' ? live.record : undefined,
    liveIsWhole: live.kind !== 'table' || nodeHoldsWholeTable(live.record.replication, node.topology),
    stream: node.nodeCount > 1 || (live.kind === 'table' && live.record.tablets === true),
  };
}

/** A backup from before there were tablets is of a table on vnodes, whatever this server makes of new ones. */
function targetOf(backup: StoredBackup, saved: SavedSchema, node: NodeIdentity): CreationTarget {
  const server = parseServerVersion(node.engine, node.version);
  const from = backup.kind === 'manifest' ? backup.manifest.node : undefined;
  const before = from && !rule(parseServerVersion(from.engine, from.version), 'tablets-exist');
  return { server, tablets: saved.record.tablets ?? (before === true ? false : undefined) };
}

/** The plan for people, one line each. */
export function describePlan(plan: RestorePlan): readonly string[] {
  return plan.steps.flatMap((step) => {
    if (step.action === 'fail') return `  cannot restore ${step.name}: ${step.reason}`;
    const { backup, name, way } = step;
    const from =
      backup.kind === 'manifest'
        ? `backup ${backup.label} (${formatSize(backup.manifest.totals.bytes)}, finished ${backup.manifest.finishedAt})`
        : `the documented folder ${backup.folder}, which has no manifest: only its digests can be proven`;
    const by = way === 'cql' ? ', schema by CQL' : '';
    const what =
      step.action === 'recreate' ? `DELETE the present table ${name} and restore it` : `create ${name}`;
    const line = `  ${what} from ${from}${by}`;
    const share = `    if it fails, only this node's share of the present table ${name} can be put back`;
    const options = step.tableOptions ? unusualOptions(step.saved.record, step.nodes) : [];
    const alter = options.map((option) => `    and, where the new table has another, ${option}`);
    return [line, ...alter, ...(step.liveIsWhole ? [] : [share])];
  });
}
