import { messageOf } from '../errors.js';
import { withNotBegun } from '../model/not-begun.js';
import type { Job } from '../model/job.js';
import type { TableOutcome } from '../model/outcome.js';
import { clearNotedSnapshots } from '../store/clear-noted-snapshots.js';
import { noteInHistory } from '../store/note-in-history.js';
import { answeringSignals } from './answer-signal.js';
import { attempt, gap } from './attempt.js';
import { deleteTable } from './delete-table.js';
import { jobOf } from './job-of.js';
import { journalOf, openJournal, type Journal } from './journal.js';
import { clearLeftovers, closeUntouched, dropOldCopies } from './jobs-left.js';
import { restoreOffline } from './offline.js';
import { expectFitRun } from './preflight.js';
import type { RestorePlan, RestoreStep } from './plan.js';
import { loadTable, placeTable, prepareTable } from './replace-table.js';
import { giveUp, settle } from './settle.js';
import { written } from './step-anyway.js';
import type { RestoreTools } from './tools.js';

/** Whose plan it is: what people asked for, or what takes an earlier job back. */
export interface RunKind {
  readonly command: Job['command'];
  /** The job that is taken back. */
  readonly of: string | null;
}

/**
 * Nothing is removed before its replacement is proven; what fails after that is put back; each step is in the journal. A signal
 * ends it between two tables; what was done by then is in the outcomes.
 */
export async function runRestore(
  plan: RestorePlan,
  tools: RestoreTools,
  kind: RunKind = { command: 'restore', of: null },
): Promise<readonly TableOutcome[]> {
  return onStore(kind.command, tools, async () => {
    const wanted = plan.steps.filter(({ action }) => action !== 'fail');
    await closeUntouched(
      wanted.map(({ name }) => name),
      tools,
    );
    await clearLeftovers(tools);
    const isPossible = wanted.length > 0;
    if (isPossible) {
      await expectFitRun(plan, tools);
      await tools.store.noteWorkDirectory(await tools.engine.workDirectory());
    }
    const job = await jobOf(plan, kind.command, kind.of, tools.store.root);
    const journal = await openJournal(job, tools);
    const done = await answeringSignals(tools, () =>
      plan.offline ? restoreOffline(plan, journal, tools) : restoreOnline(plan, journal, tools),
    );
    const outcomes = withNotBegun(
      plan.steps.map(({ name }) => name),
      done,
    );
    await finishJob(journal, outcomes, tools);
    return outcomes;
  });
}

/** What a run under the lock of the store begins with. */
export async function onStore<T>(command: string, tools: RestoreTools, work: () => Promise<T>): Promise<T> {
  const { store, report } = tools;
  await store.prepare();
  return store.withLock(command, async () => {
    for (const sentence of await store.repair()) report.info(`Repaired: ${sentence}`);
    await clearNotedSnapshots(tools);
    return work();
  });
}

/** The journal is closed when nothing is left; copies that nobody will want go; the history is told. */
export async function finishJob(
  journal: Journal,
  outcomes: readonly TableOutcome[],
  tools: RestoreTools,
): Promise<void> {
  await noteUndone(journal.job, tools);
  await dropOldCopies(tools);
  await clearLeftovers(tools, journal.isOver() ? journal.job.id : undefined).catch((error: unknown) => {
    tools.report.warn(`What the restore has unpacked could not be cleared away: ${messageOf(error)}`);
  });
  // Last: whoever is cut off before comes back by `resume`.
  await journal.close().catch(async (error: unknown) => {
    const onDisk = await tools.journals.read(journal.job.id).catch(() => undefined);
    tools.report.warn(`${messageOf(error)}. ${untoldEnd(journal.job, onDisk)}`);
  });
  const { id: run, command, of, startedAt } = journal.job;
  const finishedAt = tools.clock.now().toISOString();
  await noteInHistory(tools, {
    run,
    command,
    ...(of === null ? {} : { of }),
    startedAt,
    finishedAt,
    outcomes,
  });
}

/** Which command closes it. What was put back, and is not written down so, is never resumed: whoever does that means to restore. */
function untoldEnd({ id, tables }: Job, onDisk: Job | undefined): string {
  const done = tables.filter(({ state }) => state === 'done').map(({ name }) => name);
  const isTold = (name: string) =>
    onDisk?.tables.some((each) => each.name === name && each.state === 'undone') ?? false;
  if (tables.every(({ name, state }) => state !== 'undone' || isTold(name)))
    return `What was done is done; alternator-backup resume ${id} closes it when there is room`;
  const also = done.length > 0 ? `, and takes ${done.join(', ')} back, too` : '';
  return `What was put back is put back; alternator-backup undo ${id} closes it when there is room${also}`;
}

/** In the journal of the job that was taken back, so that nobody takes it back twice. */
async function noteUndone({ id, of, tables }: Job, tools: RestoreTools): Promise<void> {
  if (of === null) return;
  try {
    const undone = journalOf(await tools.journals.read(of), tools);
    for (const { name, state } of tables) if (state === 'done') await undone.of(name).note({ undoneBy: id });
  } catch (error) {
    tools.report.warn(`That job ${of} is undone could not be written down: ${messageOf(error)}`);
  }
}

/** Table by table, the server running all the time. */
export async function restoreOnline(
  plan: Pick<RestorePlan, 'steps' | 'runId'> & Partial<Pick<RestorePlan, 'node'>>,
  journal: Journal,
  tools: RestoreTools,
): Promise<readonly TableOutcome[]> {
  const outcomes: TableOutcome[] = [];
  for (const step of plan.steps) {
    if (tools.signal.aborted) break;
    const outcome = await attempt(step, plan, tools, () => restoreOne(step, plan, journal, tools)).catch(
      (error: unknown) => {
        // Before its first change: the table is as it was.
        if (!tools.signal.aborted) throw error;
      },
    );
    if (!outcome) break;
    outcomes.push(outcome);
    gap(plan, tools);
  }
  return outcomes;
}

async function restoreOne(
  step: RestoreStep,
  plan: Pick<RestorePlan, 'steps' | 'runId'> & Partial<Pick<RestorePlan, 'node'>>,
  journal: Journal,
  tools: RestoreTools,
): Promise<'proven' | 'doubtful'> {
  if (step.action === 'fail') throw new Error('what cannot be done is not begun');
  const book = journal.of(step.name);
  const place = { runId: plan.runId, number: plan.steps.indexOf(step) + 1, hostId: plan.node?.hostId };
  if (step.action === 'delete') {
    await deleteTable(step, book, place, tools).catch((error: unknown) => giveUp(error, book, tools));
    await written(book.note({ state: 'done' }), tools);
    return 'proven';
  }
  const replacement = await prepareTable(step, book, place, tools).catch((error: unknown) =>
    giveUp(error, book, tools),
  );
  tools.report.info(`Restoring data for ${step.name}`);
  return settle(book, tools, async () => {
    await placeTable(replacement, tools);
    return loadTable(replacement, tools);
  });
}
