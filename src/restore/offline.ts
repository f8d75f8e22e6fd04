import { asError, isWishToStop, messageOf } from '../errors.js';
import { ServerDown } from './server-down.js';
import type { TableOutcome } from '../model/outcome.js';
import { attempt, gap } from './attempt.js';
import type { DeleteStep, LoadStep, RestorePlan } from './plan.js';
import { JournalTrouble, type Journal } from './journal.js';
import { loadTable, placeTable, prepareTable, type Replacement } from './replace-table.js';
import { giveUp, settle } from './settle.js';
import type { RestoreTools } from './tools.js';

/** One stop for all tables: make them, stop, place all files, start, load. The server is started whatever happens. */
export async function restoreOffline(
  plan: RestorePlan,
  journal: Journal,
  tools: RestoreTools,
): Promise<readonly TableOutcome[]> {
  const batch: Batch = { outcomes: new Map(), prepared: [] };
  const [...left] = plan.steps;
  // Until the first table was emptied a wish to stop may stop anything; from then on all of them must get their data.
  while (left.length > 0 && batch.prepared.length === 0 && !tools.signal.aborted)
    await prepareOne(left.shift(), batch, plan, journal, tools);
  if (batch.prepared.length > 0) {
    await tools.shield(async () => {
      while (left.length > 0 && !tools.signal.aborted)
        await prepareOne(left.shift(), batch, plan, journal, tools);
      await finishAll(batch, plan, journal, tools);
    });
  }
  return plan.steps.flatMap(({ name }) => batch.outcomes.get(name) ?? []);
}

interface Batch {
  readonly outcomes: Map<string, TableOutcome>;
  readonly prepared: Replacement[];
}

async function prepareOne(
  step: RestorePlan['steps'][number] | undefined,
  { outcomes, prepared }: Batch,
  plan: RestorePlan,
  journal: Journal,
  tools: RestoreTools,
): Promise<void> {
  if (!step) return;
  const work = async (load: LoadStep | DeleteStep) => {
    if (load.action === 'delete') throw new Error('a table is not deleted with the server stopped');
    const book = journal.of(load.name);
    const place = { runId: plan.runId, number: plan.steps.indexOf(step) + 1, hostId: plan.node.hostId };
    prepared.push(
      await prepareTable(load, book, place, tools).catch((error: unknown) => giveUp(error, book, tools)),
    );
    tools.report.info(`Restoring data for ${step.name}`);
  };
  const outcome = await attempt(step, plan, tools, work, 'prepare').catch((error: unknown) => {
    if (!tools.signal.aborted) throw error;
  });
  if (outcome?.result === 'failed') outcomes.set(step.name, outcome);
}

async function finishAll(
  { outcomes, prepared }: Batch,
  plan: RestorePlan,
  journal: Journal,
  tools: RestoreTools,
): Promise<void> {
  for (const { replacement, failure } of await whileStopped(prepared, journal, tools)) {
    const { step, book } = replacement;
    const work = () =>
      settle(book, tools, async () => {
        if (failure) throw failure;
        return loadTable(replacement, tools);
      });
    outcomes.set(step.name, await attempt(step, plan, tools, work, 'finish'));
    gap(plan, tools);
  }
}

interface Placed {
  readonly replacement: Replacement;
  /** Why its files are not in their place. */
  readonly failure: Error | undefined;
}

async function whileStopped(
  prepared: readonly Replacement[],
  journal: Journal,
  tools: RestoreTools,
): Promise<readonly Placed[]> {
  const { service, report, engine } = tools;
  const placed: Placed[] = [];
  let failure: Error | undefined;
  try {
    // Asked while the server can still answer.
    await Promise.all(prepared.map(({ record }) => engine.tableDirectory(record)));
    report.info('Stopping ScyllaDB service...');
    await journal.step('stop service', () => service.stop());
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
    await startService(journal, tools);
  } catch (error) {
    failure = asError(error);
  }
  return failure === undefined ? placed : prepared.map((replacement) => ({ replacement, failure }));
}

const START_TRIES = 3;
const START_PAUSE_MS = 5_000;

/** Also for a job that was cut off while the service was stopped. A journal that cannot be written must not keep it down. */
export async function startService(journal: Journal, tools: RestoreTools): Promise<void> {
  let started: Promise<void> | undefined;
  const start = () => (started ??= startAgain(tools));
  try {
    await journal.step('start service', start);
  } catch (error) {
    if (!(error instanceof JournalTrouble)) throw error;
    tools.report.warn(error.message);
    await start();
  }
}

/**
 * A database that stays down is worse than any table that is missing: rejects with `ServerDown` only after several tries. A wish to
 * stop says nothing of the database, and is passed on.
 */
async function startAgain({ service, report, engine, clock }: RestoreTools): Promise<void> {
  report.info('Starting ScyllaDB service...');
  for (let left = START_TRIES; ; left -= 1) {
    try {
      await service.start();
      break;
    } catch (error) {
      if (isWishToStop(error)) throw error;
      if (left === 1) throw new ServerDown(service.startCommand, error);
      report.warn(`${messageOf(error)}; trying again`);
      await clock.sleep(START_PAUSE_MS);
    }
  }
  await engine.untilServing(service).catch((error: unknown) => {
    throw isWishToStop(error) ? error : new ServerDown(service.startCommand, error);
  });
  report.info('ScyllaDB service started successfully');
}
