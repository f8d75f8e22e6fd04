import { asError, messageOf } from '../errors.js';
import { ServerDown } from './server-down.js';
import type { TableOutcome } from '../model/outcome.js';
import { attempt, gap } from './attempt.js';
import type { LoadStep, RestorePlan } from './plan.js';
import { finishTable, placeTable, prepareTable, type Replacement } from './replace-table.js';
import { settle } from './settle.js';
import type { RestoreTools } from './tools.js';

/** One stop for all tables: make them, stop, place all files, start, load. The server is started whatever happens. */
export async function restoreOffline(
  plan: RestorePlan,
  tools: RestoreTools,
): Promise<readonly TableOutcome[]> {
  const batch: Batch = { outcomes: new Map(), prepared: [] };
  const [...left] = plan.steps;
  // Until the first table was emptied a wish to stop may stop anything; from then on all of them must get their data.
  while (left.length > 0 && batch.prepared.length === 0 && !tools.signal.aborted)
    await prepareOne(left.shift(), batch, plan, tools);
  if (batch.prepared.length > 0) {
    await tools.shield(async () => {
      while (left.length > 0 && !tools.signal.aborted) await prepareOne(left.shift(), batch, plan, tools);
      await finishAll(batch, plan, tools);
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
  tools: RestoreTools,
): Promise<void> {
  if (!step) return;
  const work = async (load: LoadStep) => {
    prepared.push(await prepareTable(load, plan, tools));
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
  tools: RestoreTools,
): Promise<void> {
  for (const { replacement, failure } of await whileStopped(prepared, tools)) {
    const { step } = replacement;
    const work = () =>
      settle(replacement, tools, async () => {
        if (failure) throw failure;
        return finishTable(replacement, tools);
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
    await startAgain(tools);
  } catch (error) {
    failure = asError(error);
  }
  return failure === undefined ? placed : prepared.map((replacement) => ({ replacement, failure }));
}

const START_TRIES = 3;
const START_PAUSE_MS = 5_000;

/** A database that stays down is worse than any table that is missing: rejects with `ServerDown` only after several tries. */
async function startAgain({ service, report, engine, clock }: RestoreTools): Promise<void> {
  report.info('Starting ScyllaDB service...');
  for (let left = START_TRIES; ; left -= 1) {
    try {
      await service.start();
      break;
    } catch (error) {
      if (left === 1) throw new ServerDown(service.startCommand, error);
      report.warn(`${messageOf(error)}; trying again`);
      await clock.sleep(START_PAUSE_MS);
    }
  }
  await engine.untilServing().catch((error: unknown) => {
    throw new ServerDown(service.startCommand, error);
  });
  report.info('ScyllaDB service started successfully');
}
