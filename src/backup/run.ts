import { isWishToStop, kindOf, KnownError, messageOf } from '../errors.js';
import type { BackupType } from '../model/label.js';
import { withNotBegun } from '../model/not-begun.js';
import type { TableOutcome } from '../model/outcome.js';
import type { TableRecord } from '../model/table-record.js';
import { snapshotTag } from '../model/snapshot-tag.js';
import { tellFailure } from '../terminal/tell-failure.js';
import { itemsOfSnapshots, readEachTable, type ItemsByTable } from './checksum.js';
import { expectRoomForAll } from './expect-room.js';
import { isFrozen, withFrozenTables, type Frozen } from './freeze.js';
import { failureOf, type BackupPlan, type TableStep } from './plan.js';
import { clearNotedSnapshots } from '../store/clear-noted-snapshots.js';
import { noteInHistory } from '../store/note-in-history.js';
import { isAnythingReusable, reuseFor } from './reuse.js';
import { storeTable } from './store-table.js';
import type { BackupTools } from './tools.js';

export interface RanBackup {
  readonly label: string;
  readonly outcomes: readonly TableOutcome[];
}

/**
 * The order is the safety argument: nothing is published before everything is stored and proven. A signal ends it between
 * two steps; what was stored by then is in the outcomes.
 */
export async function runBackup(plan: BackupPlan, tools: BackupTools): Promise<RanBackup> {
  const { store, report } = tools;
  return store.withLock('backup', async () => {
    await report.step('Repair what an interrupted run left', () => repair(tools));
    await expectLabelFree(plan, tools);
    if (plan.node.nodeCount > 1) {
      const others = `${plan.node.nodeCount - 1} other nodes`;
      report.info(
        `What ${others} were told and this one not yet is not in this backup; nodetool repair before it tells it`,
      );
    }
    const tables = plan.steps.flatMap((step) => (step.action === 'back up' ? [step.record] : []));
    // One tag for all tables of the run.
    const tag = snapshotTag(store.id, plan.runId);
    const stored: TableOutcome[] = [];
    let type = plan.expected;
    const onType = (found: BackupType) => (type = found);
    await freezeAndStore(plan, { tables, tag, onType }, stored, tools).catch((error: unknown) => {
      // Whoever wanted the run to stop still wants to know what it did.
      if (!tools.signal.aborted) throw error;
      if (error instanceof KnownError && !isWishToStop(error)) tellFailure(error, report);
    });
    const outcomes = withNotBegun(
      plan.steps.map(({ name }) => name),
      stored,
    );
    const ran = { label: plan.labels[type], outcomes };
    await noteInHistory(tools, historyEntry(plan, ran, tools));
    return ran;
  });
}

/** It was chosen before the lock was taken: another run may have ended in between. */
async function expectLabelFree({ labels }: BackupPlan, { store }: BackupTools): Promise<void> {
  const taken = await store.labels();
  const label = [labels.full, labels.incremental].find((each) => taken.has(each));
  if (label === undefined) return;
  throw new KnownError('busy', `Another run, which has just ended, took the label ${label}`, {
    changed: 'Nothing was done.',
    hint: 'Run the backup again.',
  });
}

async function repair(tools: BackupTools): Promise<void> {
  for (const sentence of await tools.store.repair()) tools.report.info(`Repaired: ${sentence}`);
  await clearNotedSnapshots(tools);
}

interface Freezing {
  readonly tables: readonly TableRecord[];
  readonly tag: string;
  /** Told what the run is, before anything is stored. */
  readonly onType: (type: BackupType) => void;
}

/** With a checksum, every item is read before and after the snapshot: what did not change is what the snapshot holds. */
async function freezeAndStore(
  plan: BackupPlan,
  { tables, tag, onType }: Freezing,
  stored: TableOutcome[],
  tools: BackupTools,
): Promise<void> {
  const before = plan.checksum ? await readEachTable(wholeOnes(plan, tools), tools) : undefined;
  await withFrozenTables(tables, tag, tools, async (frozen) => {
    await expectRoomForAll(frozen, tools.store);
    const items = before && (await itemsOfSnapshots(before, frozen, tools));
    const type = (await isAnythingReusable(plan, frozen, tools)) ? 'incremental' : 'full';
    onType(type);
    const settleLabel = (isReused: boolean) => {
      // Several tables have one label, which is in the first manifest before the last archive is written.
      const settled = isReused || tables.length > 1 ? type : 'full';
      onType(settled);
      return plan.labels[settled];
    };
    const label = plan.labels[type];
    await storeAll(plan, { frozen, items, label, settleLabel }, stored, tools);
  });
}

/** The API gives all items, also where the files of this node are a share of them. */
function wholeOnes({ steps }: BackupPlan, { report }: BackupTools): readonly TableRecord[] {
  return steps.flatMap((step) => {
    if (step.action !== 'back up') return [];
    if (step.whole) return [step.record];
    report.warn(`The backup of ${step.name} has no checksum of its items: it is only the share of this node`);
    return [];
  });
}

/** Adds to `stored` table by table: an interrupted run has done what it has done. */
async function storeAll(
  plan: BackupPlan,
  held: Held,
  stored: TableOutcome[],
  tools: BackupTools,
): Promise<void> {
  for (const step of plan.steps) {
    tools.signal.throwIfAborted();
    stored.push(await storeOne(step, plan, held, tools));
    // The documented gap between two tables.
    if (plan.steps.length > 1) tools.report.say('');
  }
}

/** What is held still while it is stored. */
interface Held {
  readonly frozen: Frozen;
  readonly items: ItemsByTable | undefined;
  readonly label: string;
  readonly settleLabel: (isReused: boolean) => string;
}

/** One table's failure stops nobody else. */
async function storeOne(
  step: TableStep,
  plan: BackupPlan,
  { frozen, items, label, settleLabel }: Held,
  tools: BackupTools,
): Promise<TableOutcome> {
  const { report, signal } = tools;
  const { name: table } = step;
  if (step.action === 'skip') {
    report.warn(`Skipped ${table}: ${step.reason}`);
    return { table, result: 'skipped', reason: step.reason };
  }
  try {
    if (step.action === 'fail') throw failureOf(step);
    const state = frozen.tables.get(table);
    if (!state) throw new Error(`${table} was never frozen`);
    report.info(`===== Start backup process for ${table} =====`);
    report.info(`Table ID for ${table}: ${state.record.id.replaceAll('-', '')}`);
    if (!isFrozen(state)) {
      report.info(`Taking snapshot for ${state.record.keyspace}`);
      throw snapshotFailed(state.error);
    }
    const reuse = await reuseFor(table, plan, state, tools);
    if (reuse instanceof KnownError) throw reuse;
    const context = {
      plan,
      frozen,
      whole: step.whole,
      items: items && (items.get(table) ?? null),
      label,
      settleLabel,
      reuse,
    };
    await storeTable(state, context, tools);
    report.info(`===== Backup completed for ${table} =====`);
    return { table, result: 'done' };
  } catch (error) {
    if (signal.aborted) throw error;
    tellFailure(error, report);
    return { table, result: 'failed', error: messageOf(error), kind: kindOf(error), before: 'untouched' };
  }
}

/** The documented words in front of nodetool's own. */
function snapshotFailed(error: unknown): unknown {
  if (!(error instanceof KnownError) || error.kind !== 'program') return error;
  const said =
    'said' in error && typeof error.said === 'string' && error.said !== '' ? error.said : error.message;
  return new KnownError('program', `Snapshot command failed: ${said}`, { cause: error });
}

const historyEntry = (plan: BackupPlan, { label, outcomes }: RanBackup, { clock }: BackupTools): object => ({
  run: plan.runId,
  command: 'backup',
  label,
  startedAt: plan.startedAt.toISOString(),
  finishedAt: clock.now().toISOString(),
  outcomes,
});
