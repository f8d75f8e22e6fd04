import type { ErrorKind } from '../errors.js';
import type { NodeIdentity } from '../engine/engine.js';
import { freeLabel, type Scope } from '../model/label.js';
import { nodeHoldsWholeTable } from '../model/ring-share.js';
import type { TableName } from '../model/table-name.js';
import type { Described, TableRecord } from '../model/table-record.js';
import type { BackupRequest } from './request.js';

/** Everything that the plan depends on, gathered without changing anything. */
export interface BackupFacts {
  readonly node: NodeIdentity;
  /** The tables asked for (all listed ones for `all`), in order. */
  readonly tables: readonly { readonly name: TableName; readonly described: Described }[];
  readonly takenLabels: ReadonlySet<string>;
  readonly runId: string;
  readonly now: Date;
}

export type TableStep =
  | {
      readonly action: 'back up';
      readonly name: TableName;
      readonly record: TableRecord;
      readonly whole: boolean;
    }
  /** Left out with a warning. */
  | { readonly action: 'skip'; readonly name: TableName; readonly reason: string }
  /** Counts as a failed table; the others are backed up. */
  | { readonly action: 'fail'; readonly name: TableName; readonly reason: string; readonly kind: ErrorKind };

export interface BackupPlan {
  readonly label: string;
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
  const steps = facts.tables.map(({ name, described }) => planTable(name, described, request, node));
  return {
    label: freeLabel({ scope, date: now, type: 'full' }, facts.takenLabels),
    runId,
    node,
    startedAt: now,
    steps: steps.flatMap((step) => (typeof step === 'string' ? [] : [step])),
    checksum: request.checksum ?? false,
    refusals: steps.flatMap((step) => (typeof step === 'string' ? [step] : [])),
  };
}

/** A step, or the reason to refuse the whole request. */
function planTable(
  name: TableName,
  described: Described,
  { tables, nodeLocalOnly, byPattern }: BackupRequest,
  node: NodeIdentity,
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
      return { action: 'back up', name, record: described.record, whole };
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
        return `  back up ${step.name}${step.whole ? '' : ' (only the share of this node)'}${plan.checksum ? ', all items read twice for their checksum' : ''}`;
      case 'skip':
        return `  skip ${step.name}: ${step.reason}`;
      case 'fail':
        return `  cannot back up ${step.name}: ${step.reason}`;
    }
  });
  return [
    `Backup ${plan.label} from ${plan.node.engine} ${plan.node.version} at ${plan.node.address}:`,
    ...lines,
    ...plan.refusals.map((reason) => `  refused: ${reason}`),
  ];
}
