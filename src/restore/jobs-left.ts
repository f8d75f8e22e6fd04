import { join } from 'node:path';
import { messageOf } from '../errors.js';
import { canGoBack, isOpen, isTouchedIn, isUndoable, isUnfinished, type Job } from '../model/job.js';
import { exists, namesIn, removeTree } from '../system/files.js';
import { journalOf } from './journal.js';
import { removeCopy, SAFETY } from './safety-copy.js';
import { STAGING } from './stage.js';
import { tidy } from './replace-table.js';
import type { RestoreTools } from './tools.js';

type Tools = Pick<RestoreTools, 'engine' | 'journals' | 'clock' | 'report'>;

/** How many generations of "the table before" are kept for `undo`. */
export const COPIES_KEPT = 2;
/**
 * Journals of which nothing can be taken back any more, and those of jobs that only made tables, are kept this long: the newest so
 * many of each. What such a job has made can be deleted by hand as well.
 */
const CLOSED_KEPT = 50;

/** The job that left this table neither as before nor done, if there is one. */
export const unfinishedJobOf = (jobs: readonly Job[], table: string): Job | undefined =>
  jobs.find((job) =>
    job.tables.some(
      (entry) => entry.name === table && isUnfinished(entry) && isTouchedIn(entry) && entry.wentBack === null,
    ),
  );

/**
 * Dead runs that did nothing to a table need neither `resume` nor `undo`: a new restore begins anew. One that left another table
 * in the middle is waited for by somebody: what it had not come to is left to its `resume`, but for the tables of the new run
 * (`names`). To be called under the lock of the node, so that nobody is working.
 */
export async function closeUntouched(names: readonly string[], tools: RestoreTools): Promise<void> {
  const { jobs, damaged } = await tools.journals.list();
  for (const { file, problem } of damaged)
    tools.report.warn(
      `The journal ${file} cannot be read, so that nobody knows what its job has done: ${problem}`,
    );
  for (const job of jobs.filter(isOpen)) {
    const journal = journalOf(job, tools);
    const isAwaited = job.tables.some((entry) => isUnfinished(entry) && isTouchedIn(entry));
    for (const entry of job.tables) {
      if (isAwaited && !names.includes(entry.name)) continue;
      if (!['waiting', 'working'].includes(entry.state) || isTouchedIn(entry)) continue;
      const book = journal.of(entry.name);
      await tidy(book, tools);
      await book.note({ state: 'failed', problem: 'cut off before anything was changed' });
      tools.report.info(
        entry.state === 'working'
          ? `Job ${job.id} was cut off before it changed ${entry.name}: its files are removed`
          : `Job ${job.id} was cut off before it came to ${entry.name}`,
      );
    }
    await journal.close();
  }
}

/**
 * Copies out of backups, which no job waits for any more, and copies of tables that no job names any more. `over`: a job that is
 * about to be closed.
 */
export async function clearLeftovers({ engine, journals, report }: Tools, over?: string): Promise<void> {
  await journals.removeHalfWritten();
  const work = await engine.workDirectory();
  const staging = join(work, STAGING);
  const { jobs, damaged } = await journals.list();
  const open = jobs.filter((job) => isOpen(job) && job.id !== over);
  const known = new Set([...open, ...damaged].map(({ id }) => id));
  for (const run of await namesIn(staging)) {
    if (known.has(run)) continue;
    await removeTree(join(staging, run));
    report.info(`Removed what an interrupted restore had unpacked: ${join(staging, run)}`);
  }
  for (const { id, tables } of jobs) {
    for (const { name } of tables.filter(({ safetyCopy }) => safetyCopy === null)) {
      const copy = join(work, SAFETY, id, name);
      if (await exists(copy)) await removeCopy(copy, { report });
    }
  }
}

/**
 * Safety copies hold disk space that the server has let go of: the newest ones of each table stay, and those that an unfinished
 * job may need. That one cannot be removed is a warning.
 */
export async function dropOldCopies(tools: Tools): Promise<void> {
  const { journals, report, clock } = tools;
  try {
    const { jobs } = await journals.list();
    await closeGone(jobs, tools);
    const kept = new Map<string, number>();
    for (const job of [...jobs].reverse()) {
      const journal = journalOf(job, { journals, clock });
      for (const entry of job.tables) {
        if (entry.safetyCopy === null || isUnfinished(entry)) continue;
        const count = canGoBack(entry) && entry.state === 'done' ? (kept.get(entry.name) ?? 0) + 1 : Infinity;
        if (count !== Infinity) kept.set(entry.name, count);
        if (count <= COPIES_KEPT || (entry.state === 'undone' && entry.undoneBy === null)) continue;
        // First forgotten, then removed: what a journal names must be there, also when it is cut off here.
        await journal.of(entry.name).note({ safetyCopy: null });
        await removeCopy(entry.safetyCopy, tools);
        report.info(`Removed the copy of ${entry.name} from before job ${job.id}: newer ones are kept`);
      }
    }
    const closed = (await journals.list()).jobs.filter((job) => !isOpen(job));
    // What a journal names must not be left without it: nobody would know any more what the copy is of.
    const forgettable = closed.filter(holdsNoCopy);
    const over = forgettable.filter((job) => !isUndoable(job));
    const made = forgettable.filter(isUndoable);
    for (const each of [over, made])
      for (const { id } of each.slice(0, Math.max(0, each.length - CLOSED_KEPT))) await journals.remove(id);
  } catch (error) {
    report.warn(`Old safety copies could not be cleared away: ${messageOf(error)}`);
  }
}

const holdsNoCopy = ({ tables }: Job): boolean => tables.every(({ safetyCopy }) => safetyCopy === null);

/** A table that a job made is gone when a later one made a table of that name: nothing of it can be taken back. */
async function closeGone(jobs: readonly Job[], { journals, clock }: Tools): Promise<void> {
  const madeLater = new Map<string, string>();
  for (const job of [...jobs].reverse()) {
    const journal = journalOf(job, { journals, clock });
    for (const entry of job.tables.filter(({ action }) => action === 'create')) {
      const later = madeLater.get(entry.name);
      if (later !== undefined && entry.state === 'done' && canGoBack(entry))
        await journal.of(entry.name).note({ state: 'undone', problem: `it was gone before job ${later}` });
      if (entry.madeId !== null) madeLater.set(entry.name, job.id);
    }
  }
}
