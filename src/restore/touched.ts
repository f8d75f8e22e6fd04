import { hasBegun, hasEnded, type JobTable } from '../model/job.js';

/** What a job has done to one table so far: only that may be taken back, and only what it made may be deleted. */
export interface Touched {
  /** The table that was there has been asked to empty itself. */
  readonly emptied: boolean;
  /**
   * That was asked for, and no answer came: it may come any moment. Nor would a later one that is answered prove that it is over: a
   * server need not do them one after the other, nor in their order.
   */
  readonly emptyingUnanswered: boolean;
  /** The table that was there has been asked to go. */
  readonly removed: boolean;
  /** That was asked for, and no answer came: it may go any moment, though it is still there. */
  readonly removalUnanswered: boolean;
  /** The new table, once the server has said which one it is. */
  readonly madeId: string | undefined;
  /** A table was asked for, and nobody knows whether the server has made it: by the restore, or by a putting back that was cut off. */
  readonly unsure: boolean;
  /** Files of the backup were handed to the server. */
  readonly loading: boolean;
}

export const touchedBy = (entry: JobTable): Touched => ({
  emptied: hasBegun(entry, 'truncate'),
  emptyingUnanswered: entry.emptying || (hasBegun(entry, 'truncate') && !hasEnded(entry, 'truncate')),
  removed: entry.liveId !== null && hasBegun(entry, 'remove'),
  removalUnanswered: entry.liveId !== null && hasBegun(entry, 'remove') && !hasEnded(entry, 'remove'),
  madeId: entry.madeId ?? undefined,
  unsure:
    (entry.madeId === null && (hasBegun(entry, 'create') || hasBegun(entry, 'remove'))) ||
    entry.steps.filter(({ step }) => step === 'roll back').length > 1,
  loading: hasBegun(entry, 'load'),
});
