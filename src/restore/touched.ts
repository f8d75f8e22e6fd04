/** What this run has done to one table so far: only that may be taken back, and only what it made may be deleted. */
export interface Touched {
  /** The table that was there has been asked to go. */
  removed: boolean;
  /** That was asked for, and no answer came: it may go any moment, though it is still there. */
  removalUnanswered: boolean;
  /** The new table, once the server has said which one it is. */
  madeId: string | undefined;
  /** A creation was asked for, and no answer came: it may have been made or not. */
  unsure: boolean;
}

export const untouched = (): Touched => ({
  removed: false,
  removalUnanswered: false,
  madeId: undefined,
  unsure: false,
});

export const isTouched = ({ removed, madeId, unsure }: Touched): boolean =>
  removed || unsure || madeId !== undefined;
