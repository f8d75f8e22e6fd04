import { KnownError, type ErrorKind } from '../errors.js';
import type { NodeIdentity } from '../engine/engine.js';
import { freeLabel, type BackupType, type Scope } from '../model/label.js';
import { nodeHoldsWholeTable } from '../model/ring-share.js';
import type { TableName } from '../model/table-name.js';
import type { Described, TableRecord } from '../model/table-record.js';
import type { BackupRequest, TypeWanted } from './request.js';

/** Everything that the plan depends on, gathered without changing anything. */
export interface BackupFacts {
  readonly node: NodeIdentity;
  /** The tables asked for (all listed ones for `all`), in order. */
  readonly tables: readonly { readonly name: TableName; readonly described: Described }[];
  readonly takenLabels: ReadonlySet<string>;
  /** What each of them can build on. */
  readonly baselines: ReadonlyMap<TableName, PlannedBaseline>;
  readonly runId: string;
  readonly now: Date;
}

export type TableStep =
  | {
      readonly action: 'back up';
      readonly name: TableName;
      readonly record: TableRecord;
      readonly whole: boolean;
      /** The label of the backup that it builds on, where there is one. */
      readonly baseline: string | undefined;
    }
  /** Left out with a warning. */
  | { readonly action: 'skip'; readonly name: TableName; readonly reason: string }
  /** Counts as a failed table; the others are backed up. */
  | {
      readonly action: 'fail';
      readonly name: TableName;
      readonly reason: string;
      readonly kind: ErrorKind;
      /** What to do now, where it is known. */
      readonly hint?: string;
    };

/** The backup that a table can build on; a string says why there is none. */
export type PlannedBaseline = { readonly label: string } | string;

/** What a table's failure is told as. */
export const failureOf = ({
  kind,
  reason,
  hint,
}: Extract<TableStep, { readonly action: 'fail' }>): KnownError =>
  new KnownError(kind, reason, hint === undefined ? {} : { hint });

export interface BackupPlan {
  /**
   * The run's label, by what it turns out to be: `incremental` as soon as one file of one table need not be compressed again.
   * Of several tables that is known when the snapshots are there and before anything is stored, so that all backups of the run
   * have the same; of one table when its archive is written.
   */
  readonly labels: Readonly<Record<BackupType, string>>;
  /** Which of them it will be, as far as one can tell before. */
  readonly expected: BackupType;
  readonly type: TypeWanted;
  /** What `--baseline` named. */
  readonly baseline: string | undefined;
  readonly runId: string;
  readonly node: NodeIdentity;
  readonly startedAt: Date;
  readonly steps: readonly TableStep[];
  readonly checksum: boolean;
  /** Reasons why nothing may be done at all. */
  readonly refusals: readonly string[];
}

/** What will happen. Decides everything and does nothing. */
export function planBackup(request: BackupRequest, facts: BackupFacts): BackupPlan {
  const { node, now, runId } = facts;
  const scope: Scope =
    request.tables === 'all' ? { kind: 'all' } : { kind: 'tables', tables: request.tables };
  const planned = facts.tables.map(({ name, described }) => planTable(name, described, request, facts));
  const steps = planned.flatMap((step) => (typeof step === 'string' ? [] : [step]));
  const label = (type: BackupType) => freeLabel({ scope, date: now, type }, facts.takenLabels);
  const isBuiltOn = steps.some((step) => step.action === 'back up' && step.baseline !== undefined);
  return {
    labels: { full: label('full'), incremental: label('incremental') },
    expected: isBuiltOn ? 'incremental' : 'full',
    type: request.type,
    baseline: request.baseline,
    runId,
    node,
    startedAt: now,
    steps,
    checksum: request.checksum ?? false,
    refusals: planned.flatMap((step) => (typeof step === 'string' ? [step] : [])),
  };
}

/** A step, or the reason to refuse the whole request. */
function planTable(
  name: TableName,
  described: Described,
  { tables, nodeLocalOnly, byPattern, type }: BackupRequest,
  { node, baselines }: BackupFacts,
): TableStep | string {
  const byName = tables !== 'all' && byPattern?.has(name) !== true;
  switch (described.kind) {
    case 'missing':
      return byName
        ? { action: 'fail', name, reason: `Table '${name}' not found.`, kind: 'missing' }
        : { action: 'skip', name, reason: 'Alternator lists it but does not know it: a plain CQL table' };
    case 'plain CQL':
      return byName
        ? `'${name}' is a plain CQL table in one of Alternator's keyspaces: no DynamoDB request can make it again`
        : { action: 'skip', name, reason: 'a plain CQL table, not one of Alternator' };
    case 'table': {
      const whole = nodeHoldsWholeTable(described.record.replication, node.topology);
      if (!whole && !nodeLocalOnly) return shareOnly(described.record, node);
      const older = baselines.get(name);
      if (type === 'incremental' && typeof older === 'string')
        return { action: 'fail', name, reason: older, kind: 'missing' };
      const baseline = typeof older === 'object' ? older.label : undefined;
      return { action: 'back up', name, record: described.record, whole, baseline };
    }
  }
}

const shareOnly = ({ name, replication }: TableRecord, { nodeCount }: NodeIdentity): string =>
  `this node holds only its share of table '${name}' (${nodeCount} nodes, replication ${JSON.stringify(replication)}): ` +
  'its files alone are not the table. Take a backup on every node with --node-local-only';

/** The plan for people, one line each; the last ones are the refusals. */
export function describePlan(plan: BackupPlan): readonly string[] {
  const lines = plan.steps.map((step) => {
    switch (step.action) {
      case 'back up':
        return [
          `  back up ${step.name}${step.whole ? '' : ' (only the share of this node)'}`,
          ...(plan.checksum ? ['all items read twice for their checksum'] : []),
          ...(step.baseline === undefined ? [] : [`what did not change copied from ${step.baseline}`]),
        ].join(', ');
      case 'skip':
        return `  skip ${step.name}: ${step.reason}`;
      case 'fail':
        return `  cannot back up ${step.name}: ${step.reason}`;
    }
  });
  return [
    `Backup ${plan.labels[plan.expected]} from ${plan.node.engine} ${plan.node.version} at ${plan.node.address}:`,
    ...lines,
    ...plan.refusals.map((reason) => `  refused: ${reason}`),
  ];
}
