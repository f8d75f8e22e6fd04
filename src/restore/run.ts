import { asError, kindOf, KnownError, messageOf } from '../errors.js';
import type { TableOutcome } from '../model/outcome.js';
import { noteInHistory } from '../store/note-in-history.js';
import { tellFailure } from '../terminal/tell-failure.js';
import type { LoadStep, RestorePlan, RestoreStep } from './plan.js';
import { putBack, RestoreUndone } from './put-back.js';
import {
  finishTable,
  placeTable,
  prepareTable,
  removeSafetyCopy,
  removeStaged,
  type Replacement,
} from './replace-table.js';
import type { SafetyCopy } from './safety-copy.js';
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
      await attempt(step, tools, async (load) => {
        const replacement = await prepare(load, plan, tools);
        tools.report.info(`Restoring data for ${step.name}`);
        await settle(replacement, tools, async () => {
          await placeTable(replacement, tools);
          await finishTable(replacement, tools);
        });
      }),
    );
    gap(plan, tools);
  }
  return outcomes;
}

/** One stop for all tables: make them, stop, place all files, start, load. The server is started whatever happens. */
async function restoreOffline(plan: RestorePlan, tools: RestoreTools): Promise<readonly TableOutcome[]> {
  const { signal } = tools;
  const outcomes = new Map<string, TableOutcome>();
  const prepared: Replacement[] = [];
  for (const step of plan.steps) {
    // Tables that were emptied already must get their data before anybody may leave.
    if (signal.aborted) break;
    const work = async (load: LoadStep) => {
      prepared.push(await prepare(load, plan, tools));
      tools.report.info(`Restoring data for ${step.name}`);
    };
    const outcome = await attempt(step, tools, work, 'prepare').catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    if (outcome?.result === 'failed') outcomes.set(step.name, outcome);
  }

  const placed = prepared.length > 0 ? await whileStopped(prepared, tools) : [];
  for (const { replacement, failure } of placed) {
    const { step } = replacement;
    const work = () =>
      settle(replacement, tools, async () => {
        if (failure) throw failure;
        await finishTable(replacement, tools);
      });
    outcomes.set(step.name, await attempt(step, tools, work, 'finish'));
    gap(plan, tools);
  }
  signal.throwIfAborted();
  return plan.steps.flatMap(({ name }) => outcomes.get(name) ?? []);
}

/** The end of one table, good or bad: what fails is put back, and nothing is left in the work directory. */
async function settle(
  replacement: Replacement,
  tools: RestoreTools,
  work: () => Promise<void>,
): Promise<void> {
  const { step, safety, staged } = replacement;
  try {
    await work().catch((error: unknown) => putBack(step, safety, error, tools));
    await removeSafetyCopy(replacement);
  } finally {
    await removeStaged(staged);
  }
}

interface Placed {
  readonly replacement: Replacement;
  /** Why its files are not in their place. */
  readonly failure: Error | undefined;
}

async function whileStopped(
  prepared: readonly Replacement[],
  tools: RestoreTools,
): Promise<readonly Placed[]> {
  const { service, report, engine } = tools;
  const placed: Placed[] = [];
  let failure: Error | undefined;
  try {
    // Asked while the server can still answer.
    await Promise.all(prepared.map(({ record }) => engine.tableDirectory(record)));
    report.info('Stopping ScyllaDB service...');
    await service.stop();
    report.info('ScyllaDB service stopped successfully');
    for (const replacement of prepared) {
      placed.push({
        replacement,
        failure: await placeTable(replacement, tools).then(() => undefined, asError),
      });
    }
  } catch (error) {
    failure = asError(error);
  }
  try {
    // Also after a stop that failed: nobody knows how far it came.
    report.info('Starting ScyllaDB service...');
    await service.start();
    await engine.untilServing();
    report.info('ScyllaDB service started successfully');
  } catch (error) {
    failure ??= asError(error);
  }
  return failure === undefined ? placed : prepared.map((replacement) => ({ replacement, failure }));
}

const prepare = (step: LoadStep, plan: RestorePlan, tools: RestoreTools): Promise<Replacement> =>
  prepareTable(step, plan, tools, (safety: SafetyCopy | undefined, failure: unknown) =>
    putBack(step, safety, failure, tools),
  );

/** One table's failure stops nobody else. `part` leaves out the documented frame line that the other part prints. */
async function attempt(
  step: RestoreStep,
  { report, signal }: RestoreTools,
  work: (step: LoadStep) => Promise<void>,
  part: 'all' | 'prepare' | 'finish' = 'all',
): Promise<TableOutcome> {
  const { name: table } = step;
  try {
    if (part !== 'finish') report.info(`===== Start restore process for ${table} =====`);
    if (step.action === 'fail')
      throw new KnownError(step.kind, step.reason, { changed: 'The table was not touched.' });
    await work(step);
    if (part !== 'prepare') report.info(`===== Restore completed for ${table} =====`);
    return { table, result: 'done' };
  } catch (error) {
    if (signal.aborted && isInterruption(error)) throw error;
    tellFailure(error, report);
    return {
      table,
      result: 'failed',
      error: messageOf(error),
      kind: kindOf(error),
      before: whatBecame(error),
    };
  }
}

const isInterruption = (error: unknown): boolean =>
  error instanceof KnownError && (error.kind === 'interrupted' || error.kind === 'terminated');

function whatBecame(error: unknown): 'untouched' | 'put back' | 'lost' {
  if (error instanceof RestoreUndone) return 'put back';
  return error instanceof KnownError && error.kind === 'lost' ? 'lost' : 'untouched';
}

/** The documented gap between two tables. */
function gap(plan: RestorePlan, { report }: RestoreTools): void {
  if (plan.steps.length > 1) report.say('');
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
