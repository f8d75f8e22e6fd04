import { EXIT_CODES, isWishToStop, type ExitCode, type KnownError } from '../errors.js';
import { isNotBegun } from '../model/not-begun.js';
import { exitCodeOf, type TableOutcome } from '../model/outcome.js';
import type { Reporter } from '../terminal/reporter.js';

/** The wish to stop that left tables of this run undone; undefined where everything was done before it came. */
export function interruptionOf(
  outcomes: readonly TableOutcome[],
  signal: AbortSignal,
): KnownError | undefined {
  return outcomes.some(isNotBegun) ? wishToStop(signal) : undefined;
}

/** The same whenever it came: whoever stops a run that replaces tables is told that it was stopped, however far it had to go on. */
export function wishToStop(signal: AbortSignal): KnownError | undefined {
  const reason: unknown = signal.reason;
  return signal.aborted && isWishToStop(reason) ? reason : undefined;
}

/** A table that is lost is worse than a run that was interrupted. */
export const exitCodeAfter = (wish: KnownError, outcomes: readonly TableOutcome[]): ExitCode =>
  exitCodeOf(outcomes) === EXIT_CODES.lost ? EXIT_CODES.lost : wish.exitCode;

const WORDS = { backup: 'Backup', restore: 'Restore', undo: 'Undo' } as const;

/** The last words of an interrupted run; the log knows of it too. */
export function tellInterruption(
  command: keyof typeof WORDS,
  wish: KnownError,
  outcomes: readonly TableOutcome[],
  report: Reporter,
): void {
  const left = outcomes.filter(isNotBegun).map(({ table }) => table);
  const isAllDone = outcomes.length > 0 && outcomes.every(({ result }) => result === 'done');
  const what =
    left.length > 0
      ? `; left as they were: ${left.join(', ')}`
      : isAllDone
        ? '; all tables were done by then'
        : '';
  report.remark(`${wish.message}${what}`);
  report.say('');
  // The documented words; every signal is somebody's wish.
  report.say(`${WORDS[command]} process interrupted by user.`);
}
