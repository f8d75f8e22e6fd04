import { isWishToStop, KnownError } from '../errors.js';
import { isTouchedIn } from '../model/job.js';
import { JournalTrouble, problemOf, type TableJournal } from './journal.js';
import { tidy } from './replace-table.js';
import { rollBackAfter } from './roll-back.js';
import { written } from './step-anyway.js';
import type { RestoreTools } from './tools.js';

/**
 * The end of one table, good or bad: what fails is put back. The copy of the table before is kept for `undo`, and somebody is
 * told to look at it while there is a doubt.
 */
export async function settle(
  book: TableJournal,
  tools: RestoreTools,
  work: () => Promise<'proven' | 'doubtful'>,
): Promise<'proven' | 'doubtful'> {
  const result = await tools.shield(() =>
    work().catch((error: unknown) => rollBackAfter(error, book, tools)),
  );
  const { name, safetyCopy } = book.entry;
  // The data is there, and proven: what cannot be written down any more takes nothing away.
  const isTold =
    (await written(
      book.step('tidy', () => tidy(book, tools)),
      tools,
    )) && (await written(book.note({ state: 'done' }), tools));
  if (!isTold)
    tools.report.warn(
      `${name} is restored, but its journal says that it is not, which keeps it from backups and restores: ` +
        `alternator-backup resume ${book.jobId} closes it when there is room`,
    );
  if (result === 'doubtful' && safetyCopy !== null)
    tools.report.warn(`${name}: the table as it was before the restore is kept in ${safetyCopy}`);
  return result;
}

/**
 * What failed before the data was there: put back where anything was changed, else cleared away. What an
 * earlier run has left in the middle stays so after a wish to stop, and where nothing can be written down. Always rejects.
 */
export async function giveUp(error: unknown, book: TableJournal, tools: RestoreTools): Promise<never> {
  // What an earlier run has left in the middle is left there: nothing was added to it, and the engine answers nobody any more.
  if (book.touchedBefore && isWishToStop(error)) throw error;
  // The data may even be there, and proven.
  if (book.touchedBefore && book.begunNothing && error instanceof JournalTrouble)
    throw new KnownError(error.kind, error.message, {
      cause: error,
      changed: `The table is as job ${book.jobId} left it.`,
      hint: `Make room on the data file system, then: alternator-backup resume ${book.jobId}`,
    });
  if (isTouchedIn(book.entry)) return tools.shield(() => rollBackAfter(error, book, tools));
  // Somebody wanted the run to stop: whoever resumes it comes back to this table.
  const facts = tools.signal.aborted
    ? ({ state: 'waiting' } as const)
    : ({ state: 'failed', problem: problemOf(error) } as const);
  if (await written(tidy(book, tools), tools)) await written(book.note(facts), tools);
  throw error;
}
