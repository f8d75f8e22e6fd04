import { KnownError, messageOf } from '../errors.js';
import { isTouchedIn } from '../model/job.js';
import { tellFailure } from '../terminal/tell-failure.js';
import { JournalTrouble, problemOf, type TableJournal } from './journal.js';
import { putBack } from './put-back.js';
import { readSafetyCopy, removeCopy, type SafetyCopy } from './safety-copy.js';
import { ServerDown } from './server-down.js';
import { removeStaged } from './stage.js';
import type { RestoreTools } from './tools.js';

/** A restore failed, and everything is as it was before it. */
export class RestoreUndone extends KnownError {}

/** A restore of a table that was not there failed, and a part of it may be there now. */
export class RestoreHalfMade extends KnownError {}

/** How a putting back came out: the sentence that says what there is now. */
export interface PutBack {
  readonly told: string;
  /** There is a doubt, so that the copy stays. */
  readonly copyKept: boolean;
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
    : rollBack(why, book, tools).catch((error: unknown) => refuse(failure, error, why, book, tools)));
  throw new RestoreUndone('database', `Restore of '${name}' failed: ${why}`, {
    cause: failure,
    changed: told,
  });
}

/** Gives the sentence that says what there is now; the journal says `undone`. Rejects with whatever stands in the way. */
export async function rollBack(why: string | null, book: TableJournal, tools: RestoreTools): Promise<string> {
  await written(book.note({ state: 'rolling back', problem: why ?? book.entry.problem }), tools);
  const { told, copyKept } = await stepOf(book, () => putBack(book, tools), tools);
  const { safetyCopy, staged } = book.entry;
  // First forgotten, then removed: whoever goes on after a cut must find what the journal names.
  await written(
    book.note({ state: 'undone', staged: null, safetyCopy: copyKept ? safetyCopy : null }),
    tools,
  );
  if (safetyCopy !== null && !copyKept) await removeCopy(safetyCopy, tools);
  if (staged !== null) await removeStaged({ directory: staged, isCopy: false }, tools);
  return told;
}

/** That the journal cannot be written is no reason not to put a table back. */
async function stepOf(
  book: TableJournal,
  work: () => Promise<PutBack>,
  tools: RestoreTools,
): Promise<PutBack> {
  let done: PutBack | undefined;
  const once = async () => (done ??= await work());
  try {
    return await book.step('roll back', once);
  } catch (error) {
    if (!(error instanceof JournalTrouble)) throw error;
    tools.report.warn(error.message);
    return once();
  }
}

async function written(work: Promise<void>, { report }: RestoreTools): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof JournalTrouble)) throw error;
    report.warn(error.message);
  });
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
      (error instanceof ServerDown ? `${error.hint ?? ''}. Then: ` : '') +
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
