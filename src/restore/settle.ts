import { isTouchedIn } from '../model/job.js';
import { problemOf, type TableJournal } from './journal.js';
import { tidy } from './replace-table.js';
import { rollBackAfter, written } from './roll-back.js';
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
  // The data is there, and proven: what cannot be written down any more takes nothing away.
  if (
    await written(
      book.step('tidy', () => tidy(book, tools)),
      tools,
    )
  )
    await written(book.note({ state: 'done' }), tools);
  const { name, safetyCopy } = book.entry;
  if (result === 'doubtful' && safetyCopy !== null)
    tools.report.warn(`${name}: the table as it was before the restore is kept in ${safetyCopy}`);
  return result;
}

/** What failed before the data was there: put back where anything was changed, else cleared away. Always rejects. */
export async function giveUp(error: unknown, book: TableJournal, tools: RestoreTools): Promise<never> {
  if (isTouchedIn(book.entry)) return tools.shield(() => rollBackAfter(error, book, tools));
  await tidy(book, tools);
  // Somebody wanted the run to stop: whoever resumes it comes back to this table.
  await book.note(
    tools.signal.aborted ? { state: 'waiting' } : { state: 'failed', problem: problemOf(error) },
  );
  throw error;
}
