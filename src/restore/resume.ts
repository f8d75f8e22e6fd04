import { explained, KnownError, messageOf } from '../errors.js';
import { isTouchedIn, isUnfinished, leftServiceStopped, type Job, type JobTable } from '../model/job.js';
import { withNotBegun } from '../model/not-begun.js';
import type { TableOutcome } from '../model/outcome.js';
import { parseTableName } from '../model/table-name.js';
import { tellFailure } from '../terminal/tell-failure.js';
import { answeringSignals } from './answer-signal.js';
import { journalOf, type Journal } from './journal.js';
import { clearLeftovers } from './jobs-left.js';
import { startService } from './offline.js';
import { expectFitNode } from './preflight.js';
import type { RestoreStep } from './plan.js';
import { tidy } from './replace-table.js';
import { notPutBack, rollBack } from './roll-back.js';
import { finishJob, onStore, restoreOnline } from './run.js';
import type { RestoreTools } from './tools.js';

/** Tables of a job that are not what they should be, in their order. */
export const tablesLeft = ({ tables }: Job): readonly JobTable[] =>
  tables.filter((entry) => isUnfinished(entry) || entry.state === 'waiting');

/** Whether the table was on its way back already: then it goes on that way. Without a copy there is only the way forward. */
export const isGoingBack = ({ state, safetyCopy, liveId, wentBack }: JobTable): boolean =>
  wentBack !== null ||
  ((state === 'rolling back' || state === 'lost') && (safetyCopy !== null || liveId === null));

/** A service that a dead run has stopped is started first: without it nobody can say anything of any table. */
export async function startLeftService(job: Job, tools: RestoreTools): Promise<Job> {
  if (!leftServiceStopped(job)) return job;
  const journal = journalOf(job, tools);
  if (!(await tools.service.isActive().catch(() => false)))
    tools.report.warn(`Job ${job.id} left the service ${tools.service.name} stopped`);
  await startService(journal, tools);
  return journal.job;
}

/**
 * Finishes a job that was cut off, each table from its last finished step on. One that was on its way back goes back. An offline
 * job goes on with the server running: what it had to be stopped for is done, or can be done as well without.
 */
export async function resumeJob(
  job: Job,
  steps: readonly RestoreStep[],
  tools: RestoreTools,
): Promise<readonly TableOutcome[]> {
  return onStore('resume', tools, async () => {
    await clearLeftovers(tools);
    await expectFitNode(false, tools);
    const journal = journalOf(job, tools);
    const outcomes = await answeringSignals(tools, async () => {
      const back = await takeBackAll(job.tables.filter(isGoingBack), journal, tools);
      const done = await restoreOnline({ steps, runId: job.id }, journal, tools);
      return withNotBegun(
        [...job.tables.filter(isGoingBack), ...steps].map(({ name }) => parseTableName(name)),
        [...failedInstead(back), ...done],
      );
    });
    await finishJob(journal, outcomes, tools);
    return outcomes;
  });
}

/** What was resumed is the restore, and that did not succeed. */
const failedInstead = (outcomes: readonly TableOutcome[]): readonly TableOutcome[] =>
  outcomes.map((outcome) =>
    outcome.result === 'done'
      ? {
          table: outcome.table,
          result: 'failed',
          error: `its restore had failed; ${outcome.doubt ? 'it was put back, with a doubt' : 'it is as it was before'}`,
          kind: 'database',
          before: 'put back',
        }
      : outcome,
  );

/** Takes back what a job that was cut off has done; tables that it had finished are not among them. */
export async function takeBackUnfinished(job: Job, tools: RestoreTools): Promise<readonly TableOutcome[]> {
  return onStore('undo', tools, async () => {
    await clearLeftovers(tools);
    const journal = journalOf(job, tools);
    const left = tablesLeft(job);
    const done = await answeringSignals(tools, () => takeBackAll(left, journal, tools));
    const outcomes = withNotBegun(
      left.map(({ name }) => parseTableName(name)),
      done,
    );
    await finishJob(journal, outcomes, tools);
    return outcomes;
  });
}

/** A wish to stop takes effect between two tables. */
async function takeBackAll(
  entries: readonly JobTable[],
  journal: Journal,
  tools: RestoreTools,
): Promise<readonly TableOutcome[]> {
  const outcomes: TableOutcome[] = [];
  for (const entry of entries) {
    if (tools.signal.aborted) break;
    outcomes.push(await tools.shield(() => takeBackOne(entry, journal, tools)));
  }
  return outcomes;
}

async function takeBackOne(entry: JobTable, journal: Journal, tools: RestoreTools): Promise<TableOutcome> {
  const table = parseTableName(entry.name);
  const book = journal.of(entry.name);
  try {
    if (isTouchedIn(entry)) {
      const { told, isDoubtful } = await rollBack(null, book, tools);
      if (isDoubtful) {
        tools.report.warn(told);
        return { table, result: 'done', doubt: true };
      }
      tools.report.info(told);
    } else {
      await tidy(book, tools);
      await book.note({ state: 'undone' });
      tools.report.info(`Table ${table} was not touched by job ${journal.job.id}`);
    }
    return { table, result: 'done' };
  } catch (error) {
    const failure = isTouchedIn(entry) ? await notPutBack(error, book, tools) : untouched(error);
    tellFailure(failure, tools.report);
    const kind = failure instanceof KnownError ? failure.kind : 'unexpected';
    const before = !isTouchedIn(entry) ? 'untouched' : entry.liveId === null ? 'half made' : 'lost';
    return { table, result: 'failed', error: messageOf(failure), kind, before };
  }
}

/** Only its files could not be cleared away, or that could not be written down. */
const untouched = (error: unknown): unknown =>
  error instanceof KnownError
    ? explained(error, {
        changed: 'The table was not touched.',
        hint: 'alternator-backup undo tries again.',
      })
    : error;
