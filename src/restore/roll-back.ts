import { KnownError, messageOf } from '../errors.js';
import { isTouchedIn, type JobTable } from '../model/job.js';
import { tellFailure } from '../terminal/tell-failure.js';
import { JournalTrouble, problemOf, type TableJournal } from './journal.js';
import { putBack } from './put-back.js';
import { readSafetyCopy, removeCopy, type SafetyCopy } from './safety-copy.js';
import { ServerDown } from './server-down.js';
import { removeStaged } from './stage.js';
import { removeSpare } from './take-again.js';
import type { RestoreTools } from './tools.js';

/** A restore failed, and everything is as it was before it. */
export class RestoreUndone extends KnownError {}

/** A restore of a table that was not there failed, and a part of it may be there now. */
export class RestoreHalfMade extends KnownError {}

/** How a putting back came out: the sentence that says what there is now. */
export interface PutBack {
  readonly told: string;
  /** Nobody can tell whether it is as before: the copy stays, where there is one. */
  readonly isDoubtful: boolean;
}

/**
 * Makes a table as it was before a job touched it, from what the journal knows, and proves it by reading the items: after a
 * failure, or for a run that was cut off. Always rejects after a failure: with `RestoreUndone` and its reason, with
 * `RestoreHalfMade` when there was no table before and a part of one may be there now, or with kind `lost` when the table that
 * was there could not be put back; its copy is kept then.
 */
export async function rollBackAfter(
  failure: unknown,
  book: TableJournal,
  tools: RestoreTools,
): Promise<never> {
  const { name } = book.entry;
  const why = messageOf(failure);
  tellFailure(failure, tools.report);
  const told = await (failure instanceof ServerDown
    ? refuse(failure, failure, why, book, tools)
    : rollBack(why, book, tools).then(
        ({ told: sentence }) => sentence,
        (error: unknown) => refuse(failure, error, why, book, tools),
      ));
  throw new RestoreUndone('database', `Restore of '${name}' failed: ${why}`, {
    cause: failure,
    changed: told,
  });
}

/**
 * Gives the sentence that says what there is now; the journal says `undone` with the very writing that ends the step, so that what is
 * as before, and in use again, is not put back twice. Rejects with whatever stands in the way.
 */
export async function rollBack(
  why: string | null,
  book: TableJournal,
  tools: RestoreTools,
): Promise<PutBack> {
  const { safetyCopy, staged } = book.entry;
  await written(book.note({ state: 'rolling back', problem: why ?? book.entry.problem }), tools);
  const undone = ({ isDoubtful }: PutBack) =>
    ({ state: 'undone', staged: null, safetyCopy: isDoubtful ? book.entry.safetyCopy : null }) as const;
  const put = await stepOf(book, () => putBack(book, tools), undone, tools);
  if (staged !== null) await removeStaged({ directory: staged, isCopy: false }, tools);
  // Without the files that waited there may be room again. What a journal names stays, whatever else does not.
  if (put.isTold || (await written(book.note(undone(put)), tools))) {
    if (safetyCopy !== null && !put.isDoubtful) await removeCopy(safetyCopy, tools);
    await removeSpare(book, tools);
  } else if (safetyCopy !== null) {
    tools.report.warn(
      `That ${book.entry.name} was put back could not be written down, so that its copy stays in ${safetyCopy}: ` +
        `alternator-backup undo ${book.jobId} puts it in order when there is room`,
    );
  }
  return put;
}

/** That the journal cannot be written is no reason not to put a table back. `isTold`: its end stands in the journal. */
async function stepOf(
  book: TableJournal,
  work: () => Promise<PutBack>,
  told: (put: PutBack) => Partial<JobTable>,
  tools: RestoreTools,
): Promise<PutBack & { readonly isTold: boolean }> {
  let done: PutBack | undefined;
  const once = async () => (done ??= await work());
  try {
    return { ...(await book.step('roll back', once, told)), isTold: true };
  } catch (error) {
    if (!(error instanceof JournalTrouble)) throw error;
    tools.report.warn(error.message);
    return { ...(await once()), isTold: false };
  }
}

/** Whether it is on the disk; that it is not is a warning. */
export async function written(work: Promise<unknown>, { report }: RestoreTools): Promise<boolean> {
  return work.then(
    () => true,
    (error: unknown) => {
      if (!(error instanceof JournalTrouble)) throw error;
      report.warn(error.message);
      return false;
    },
  );
}

/** The putting back failed, too. */
async function refuse(
  failure: unknown,
  error: unknown,
  why: string,
  book: TableJournal,
  tools: RestoreTools,
): Promise<never> {
  await written(book.note({ state: 'lost', problem: problemOf(failure) }), tools);
  const { name, safetyCopy, liveId } = book.entry;
  if (safetyCopy !== null) throw lost(name, await copyFor(safetyCopy), why, error);
  if (liveId !== null && isTouchedIn(book.entry)) throw lostWithoutCopy(name, why, error);
  throw failure instanceof ServerDown ? failure : halfMade(name, why, error);
}

const copyFor = (directory: string): Promise<Pick<SafetyCopy, 'way'> & { readonly directory: string }> =>
  readSafetyCopy(directory).then(
    ({ way }) => ({ directory, way }),
    () => ({ directory, way: 'alternator' }),
  );

function halfMade(name: string, why: string, error: unknown): KnownError {
  return new RestoreHalfMade(
    'database',
    `Restore of '${name}' failed: ${why}; and what it made could not be removed: ${messageOf(error)}`,
    {
      cause: error,
      changed: `A table '${name}' may be there that holds only a part of the backup. Before, there was none.`,
      hint: 'alternator-backup undo tries again to remove it, alternator-backup resume to finish it.',
    },
  );
}

const both = (name: string, why: string, error: unknown): string =>
  messageOf(error) === why
    ? `Restore of '${name}' failed, and the table that was there before could not be put back: ${why}`
    : `Restore of '${name}' failed: ${why}; and the table that was there before could not be put back: ${messageOf(error)}`;

function lost(
  name: string,
  { directory, way }: { readonly directory: string; readonly way: SafetyCopy['way'] },
  why: string,
  error: unknown,
): KnownError {
  return new KnownError('lost', both(name, why, error), {
    cause: error,
    changed: `THE TABLE '${name}' IS NOT COMPLETE. All its files, as they were, are in ${directory}: keep them.`,
    hint:
      (error instanceof ServerDown ? `${(error.hint ?? '').replace(/\.$/, '')}. Then: ` : '') +
      'alternator-backup undo tries again. By hand: ' +
      `create the table from ${directory}/alternator_schema.json${way === 'cql' ? ' (by CQL, from schema.cql beside it)' : ''}, cp -p ${directory}/*-*-* into upload/ of its ` +
      `directory (the server takes its own user's files only), and run nodetool refresh -- alternator_${name} ${name}`,
  });
}

const lostWithoutCopy = (name: string, why: string, error: unknown): KnownError =>
  new KnownError('lost', both(name, why, error), {
    cause: error,
    changed: `THE TABLE '${name}' IS NOT COMPLETE, and no copy of it was kept (--no-safety-copy).`,
    hint: 'alternator-backup resume tries again to restore the backup.',
  });
