/** What every exit status means, for people and for scripts. README.md and `--help` print the same table. */
export const EXIT_CODES = {
  /** Everything that was asked for is done. */
  done: 0,
  /** At least one table failed; the others are done. */
  failed: 1,
  /** The request or the settings make no sense; nothing was done. */
  usage: 2,
  /** Done, with warnings that somebody should read. */
  warnings: 3,
  /** Another run holds the lock; nothing was done. */
  busy: 4,
  /** A check before the first change said no; nothing was changed. */
  refused: 5,
  /** A person said no; nothing was changed. */
  declined: 6,
  /** An application may still be paused. */
  paused: 7,
  /** A restore failed and the previous table could not be put back. */
  lost: 8,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/**
 * What kind of thing went wrong, and the exit status when it ends the run. Inside a table's own pipeline any kind fails
 * that table only, and the run ends with `failed`.
 */
const EXIT_CODE_OF_KIND = {
  usage: EXIT_CODES.usage,
  busy: EXIT_CODES.busy,
  declined: EXIT_CODES.declined,
  interrupted: EXIT_CODES.interrupted,
  terminated: EXIT_CODES.terminated,
  /** A check before the first change. */
  refused: EXIT_CODES.refused,
  /** The API, CQL, REST or the service cannot be reached or does not let us in. */
  unavailable: EXIT_CODES.refused,
  /** A program is missing, failed, or did not end in time. */
  program: EXIT_CODES.refused,
  /** The place of the backups, or the data directory, cannot be used. */
  files: EXIT_CODES.refused,
  /** There is no such table or backup. */
  missing: EXIT_CODES.failed,
  /** Stored or loaded bytes are not what they should be. */
  damaged: EXIT_CODES.failed,
  /** The database said no to something that we asked of it. */
  database: EXIT_CODES.failed,
  /** A restore failed, and what was there before could not be put back. */
  lost: EXIT_CODES.lost,
} as const satisfies Record<string, ExitCode>;

export type ErrorKind = keyof typeof EXIT_CODE_OF_KIND;

export interface ErrorDetails {
  /** What was and what was not changed, as a sentence. */
  readonly changed?: string;
  /** What to do now, as a sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * A failure that we can name: `message` says what was being done and what happened. Anything else that reaches `main` is
 * a bug of ours and is shown with its stack.
 */
export class KnownError extends Error {
  override readonly name = 'KnownError';
  readonly changed: string | undefined;
  readonly hint: string | undefined;

  constructor(
    readonly kind: ErrorKind,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.changed = details.changed;
    this.hint = details.hint;
  }

  get exitCode(): ExitCode {
    return EXIT_CODE_OF_KIND[this.kind];
  }
}

/** The same failure, which says now what it did not say itself: what was and was not changed, what to do. */
export function explained(
  error: KnownError,
  details: Required<Pick<ErrorDetails, 'changed' | 'hint'>>,
): KnownError {
  const { kind, message, changed = details.changed, hint = details.hint } = error;
  return changed === error.changed && hint === error.hint
    ? error
    : new KnownError(kind, message, { changed, hint, cause: error });
}

/** The terminal or the session went away (SIGHUP): somebody's wish to stop like SIGTERM, with an exit status of its own. */
export class HungUp extends KnownError {
  constructor() {
    super('terminated', 'Hung up (SIGHUP)');
  }

  override get exitCode(): ExitCode {
    return EXIT_CODES.hungUp;
  }
}

/** Whether somebody wanted the run to stop: no failure of anything. */
export const isWishToStop = (error: unknown): error is KnownError =>
  error instanceof KnownError && (error.kind === 'interrupted' || error.kind === 'terminated');

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Anything that can be thrown, as an Error. */
export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));

/** The kind of a failure; `unexpected` for what is a bug of ours. */
export const kindOf = (error: unknown): ErrorKind | 'unexpected' =>
  error instanceof KnownError ? error.kind : 'unexpected';
