import type { TableOutcome } from '../model/outcome.js';
import { noteInHistory } from '../store/note-in-history.js';
import { attempt, gap } from './attempt.js';
import { restoreOffline } from './offline.js';
import type { RestorePlan } from './plan.js';
import { finishTable, placeTable, prepareTable } from './replace-table.js';
import { settle } from './settle.js';
import type { RestoreTools } from './tools.js';

/** Nothing is removed before its replacement is proven; what fails after that is put back. */
export async function runRestore(plan: RestorePlan, tools: RestoreTools): Promise<readonly TableOutcome[]> {
  const { store, service, report } = tools;
  return store.withLock('restore', async () => {
    for (const sentence of await store.repair()) report.info(`Repaired: ${sentence}`);
    await clearSnapshots(tools);
    if (plan.offline) await service.verify();
    const outcomes = plan.offline ? await restoreOffline(plan, tools) : await restoreOnline(plan, tools);
    await noteInHistory(tools, historyEntry(plan, outcomes, tools));
    return outcomes;
  });
}

/** Only tags that a dead run wrote down. */
async function clearSnapshots({ engine, store, report }: RestoreTools): Promise<void> {
  for (const { tag, keyspaces } of await store.notedSnapshots()) {
    for (const keyspace of keyspaces) await engine.dropSnapshot(keyspace, tag);
    await store.forgetSnapshot(tag);
    report.info(`Cleared snapshot ${tag}, which an interrupted run left`);
  }
}

/** Table by table, the server running all the time. */
async function restoreOnline(plan: RestorePlan, tools: RestoreTools): Promise<readonly TableOutcome[]> {
  const outcomes: TableOutcome[] = [];
  for (const step of plan.steps) {
    tools.signal.throwIfAborted();
    outcomes.push(
      await attempt(step, plan, tools, async (load) => {
        const replacement = await prepareTable(load, plan, tools);
        tools.report.info(`Restoring data for ${step.name}`);
        await settle(replacement, tools, async () => {
          await placeTable(replacement, tools);
          return finishTable(replacement, tools);
        });
      }),
    );
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
