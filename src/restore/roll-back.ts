import { KnownError, messageOf } from '../errors.js';
import { isTouchedIn, type JobTable } from '../model/job.js';
import { tellFailure } from '../terminal/tell-failure.js';
import { problemOf, type TableJournal } from './journal.js';
import { putBack } from './put-back.js';
import { readSafetyCopy, removeCopy, type SafetyCopy } from './safety-copy.js';
import { ServerDown } from './server-down.js';
import { removeStaged } from './stage.js';
import { stepAnyway, written } from './step-anyway.js';
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
  tellFailure(withoutState(failure), tools.report);
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

/** What failed says of its table, as a rule, that it was not touched: that is out of date, and what it is then is told with the end. */
const withoutState = (failure: unknown): unknown =>
  failure instanceof KnownError && failure.changed !== undefined
    ? new KnownError(failure.kind, failure.message, {
        cause: failure,
        ...(failure.hint === undefined ? {} : { hint: failure.hint }),
      })
    : failure;

/**
 * Gives the sentence that says what there is now; the journal says `undone` with the very writing that ends the step, so that what is
 * as before, and in use again, is not put back twice. Where the journal cannot be written, marks say that the table goes back, before
 * anything of it is changed, and that it is back. Rejects with whatever stands in the way.
 */
export async function rollBack(
  why: string | null,
  book: TableJournal,
  tools: RestoreTools,
): Promise<PutBack> {
  const { safetyCopy, staged, wentBack, problem } = book.entry;
  const undone = ({ isDoubtful }: PutBack) =>
    ({ state: 'undone', staged: null, safetyCopy: isDoubtful ? book.entry.safetyCopy : null }) as const;
  const put =
    wentBack === null
      ? await putBackOnce(why ?? problem, book, undone, tools)
      : { ...wentBackBefore(book), isTold: false, isMarked: true };
  if (staged !== null) await removeStaged({ directory: staged, isCopy: false }, tools);
  // Without the files that waited there may be room again. What a journal names stays, whatever else does not.
  if (put.isTold || (await written(book.note(undone(put)), tools))) {
    if (safetyCopy !== null && !put.isDoubtful) await removeCopy(safetyCopy, tools);
    await removeSpare(book, tools);
  } else if (put.isMarked) tellUntold(safetyCopy, book, tools);
  else warnUnsafe(book, tools);
  return put;
}

async function putBackOnce(
  problem: string | null,
  book: TableJournal,
  undone: (put: PutBack) => Partial<JobTable>,
  tools: RestoreTools,
): Promise<PutBack & { readonly isTold: boolean; readonly isMarked: boolean }> {
  const isNoted =
    (await written(book.note({ state: 'rolling back', problem }), tools)) ||
    (await written(book.mark('going back'), tools));
  if (!isNoted) warnUnsafe(book, tools);
  const { result, isTold } = await stepAnyway(book, 'roll back', () => putBack(book, tools), tools, undone);
  if (isTold) return { ...result, isTold, isMarked: false };
  const isMarked = await written(book.mark(result.isDoubtful ? 'back in doubt' : 'back'), tools);
  // From a mark that it goes back it would only go back once more.
  return { ...result, isTold, isMarked: isMarked || isNoted };
}

/** An earlier run has put it back, and could not write that down. It may be in use again: nothing is done to it. */
function wentBackBefore({ entry: { name, safetyCopy, wentBack }, jobId }: TableJournal): PutBack {
  const isDoubtful = wentBack === 'in doubt';
  const kept = `; its copy is kept in ${safetyCopy ?? ''}, and alternator-backup undo ${jobId} loads it once more`;
  return {
    told: `Table '${name}' was put back already, by the run that failed${isDoubtful ? `, with a doubt${safetyCopy === null ? '' : kept}` : ''}.`,
    isDoubtful,
  };
}

function tellUntold(
  safetyCopy: string | null,
  { entry: { name }, jobId }: TableJournal,
  { report }: RestoreTools,
): void {
  report.warn(
    `That ${name} was put back could not be written down${safetyCopy === null ? '' : `, so that its copy stays in ${safetyCopy}`}: ` +
      `alternator-backup undo ${jobId} puts it in order when there is room`,
  );
}

/** By what stands on the disk the restore is still going on. */
function warnUnsafe({ entry: { name }, jobId }: TableJournal, { report }: RestoreTools): void {
  const text =
    `NOTHING ON THE DISK SAYS THAT ${name} IS PUT BACK: never resume job ${jobId}, which would load the backup again over what is ` +
    `there now. Make room, then: alternator-backup undo ${jobId}`;
  if (!report.warnings.includes(text)) report.warn(text);
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

/**
 * The same for a job that was cut off, whose failure is only that it cannot be taken back: what to tell of it. Where there was a
 * table and no copy of it, the error itself says all that is known.
 */
export async function notPutBack(error: unknown, book: TableJournal, tools: RestoreTools): Promise<unknown> {
  await written(book.note({ state: 'lost' }), tools);
  const { name, safetyCopy, liveId } = book.entry;
  if (safetyCopy !== null) return lost(name, await copyFor(safetyCopy), null, error);
  return liveId === null ? halfMade(name, null, error) : error;
}

const copyFor = (directory: string): Promise<Pick<SafetyCopy, 'way'> & { readonly directory: string }> =>
  readSafetyCopy(directory).then(
    ({ way }) => ({ directory, way }),
    () => ({ directory, way: 'alternator' }),
  );

function halfMade(name: string, why: string | null, error: unknown): KnownError {
  return new RestoreHalfMade(
    'database',
    why === null
      ? `What the restore made of '${name}' could not be removed: ${messageOf(error)}`
      : `Restore of '${name}' failed: ${why}; and what it made could not be removed: ${messageOf(error)}`,
    {
      cause: error,
      changed: `A table '${name}' may be there that holds only a part of the backup. Before, there was none.`,
      hint: 'alternator-backup undo tries again to remove it, alternator-backup resume to finish it.',
    },
  );
}

/** `why` is null of a restore that did not fail, but was cut off. */
function both(name: string, why: string | null, error: unknown): string {
  const message = messageOf(error);
  if (why === null) return `The table '${name}' that was there before could not be put back: ${message}`;
  const failed = `Restore of '${name}' failed`;
  const start = message === why ? `${failed}, and` : `${failed}: ${why}; and`;
  return `${start} the table that was there before could not be put back: ${message}`;
}

function lost(
  name: string,
  { directory, way }: { readonly directory: string; readonly way: SafetyCopy['way'] },
  why: string | null,
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
