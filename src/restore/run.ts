import { join } from 'node:path';
import { KnownError } from '../errors.js';
import { namesIn, removeTree } from '../system/files.js';
import { withNotBegun } from '../model/not-begun.js';
import type { TableOutcome } from '../model/outcome.js';
import { clearNotedSnapshots } from '../store/clear-noted-snapshots.js';
import { noteInHistory } from '../store/note-in-history.js';
import { answeringSignals } from './answer-signal.js';
import { attempt, gap } from './attempt.js';
import { restoreOffline } from './offline.js';
import type { RestorePlan } from './plan.js';
import { finishTable, placeTable, prepareTable } from './replace-table.js';
import { settle } from './settle.js';
import type { RestoreTools } from './tools.js';

/**
 * Nothing is removed before its replacement is proven; what fails after that is put back. A signal ends it between two
 * tables; what was done by then is in the outcomes.
 */
export async function runRestore(plan: RestorePlan, tools: RestoreTools): Promise<readonly TableOutcome[]> {
  const { store, service, report } = tools;
  return store.withLock('restore', async () => {
    for (const sentence of await store.repair()) report.info(`Repaired: ${sentence}`);
    await clearNotedSnapshots(tools);
    await clearStaging(tools);
    await expectWholeRing(tools);
    if (plan.offline) await service.verify();
    const done = await answeringSignals(tools, () =>
      plan.offline ? restoreOffline(plan, tools) : restoreOnline(plan, tools),
    );
    const outcomes = withNotBegun(
      plan.steps.map(({ name }) => name),
      done,
    );
    await noteInHistory(tools, historyEntry(plan, outcomes, tools));
    return outcomes;
  });
}

/**
 * With a node away a table could be removed and not be made again: its indexes stay CREATING, and a load that streams to
 * all owners fails (recorded api 949, nodetool 610).
 */
async function expectWholeRing({ engine }: RestoreTools): Promise<void> {
  const absent = await engine.absentNodes();
  if (absent.length > 0) {
    throw new KnownError('refused', `Not every node of the ring is up and normal: ${absent.join(', ')}`, {
      changed: 'Nothing was done.',
      hint: 'nodetool status shows them. Restore when all nodes are there.',
    });
  }
  await engine.schemaVersion();
}

/** Copies out of backups, which a killed run left on the data file system. Nobody else restores on this node now. */
async function clearStaging({ engine, report }: RestoreTools): Promise<void> {
  const staging = join(await engine.workDirectory(), 'staging');
  for (const run of await namesIn(staging)) {
    await removeTree(join(staging, run));
    report.info(`Removed what an interrupted restore had unpacked: ${join(staging, run)}`);
  }
}

/** Table by table, the server running all the time. */
async function restoreOnline(plan: RestorePlan, tools: RestoreTools): Promise<readonly TableOutcome[]> {
  const outcomes: TableOutcome[] = [];
  for (const step of plan.steps) {
    if (tools.signal.aborted) break;
    const outcome = await attempt(step, plan, tools, async (load) => {
      const replacement = await prepareTable(load, plan, tools);
      tools.report.info(`Restoring data for ${step.name}`);
      await settle(replacement, tools, async () => {
        await placeTable(replacement, tools);
        return finishTable(replacement, tools);
      });
    }).catch((error: unknown) => {
      // Before its first change: the table is as it was.
      if (!tools.signal.aborted) throw error;
    });
    if (!outcome) break;
    outcomes.push(outcome);
    gap(plan, tools);
  }
  return outcomes;
}

const historyEntry = (
  plan: RestorePlan,
  outcomes: readonly TableOutcome[],
  { clock }: RestoreTools,
): object => ({
  run: plan.runId,
  command: 'restore',
  startedAt: plan.startedAt.toISOString(),
  finishedAt: clock.now().toISOString(),
  outcomes,
});
