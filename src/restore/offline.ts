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
  const { signal } = tools;
  const outcomes = new Map<string, TableOutcome>();
  const prepared: Replacement[] = [];
  for (const step of plan.steps) {
    // Tables that were emptied already must get their data before anybody may leave.
    if (signal.aborted) break;
    const work = async (load: LoadStep) => {
      prepared.push(await prepareTable(load, plan, tools));
      tools.report.info(`Restoring data for ${step.name}`);
    };
    const outcome = await attempt(step, plan, tools, work, 'prepare').catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    if (outcome?.result === 'failed') outcomes.set(step.name, outcome);
  }

  const placed = prepared.length > 0 ? await tools.shield(() => whileStopped(prepared, tools)) : [];
  for (const { replacement, failure } of placed) {
    const { step } = replacement;
    const work = () =>
      settle(replacement, tools, async () => {
        if (failure) throw failure;
        return finishTable(replacement, tools);
      });
    outcomes.set(step.name, await attempt(step, plan, tools, work, 'finish'));
    gap(plan, tools);
  }
  return plan.steps.flatMap(({ name }) => outcomes.get(name) ?? []);
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
