import { EXIT_CODES, isWishToStop, type ExitCode, type KnownError } from '../errors.js';
import { isNotBegun } from '../model/not-begun.js';
import { exitCodeOf, type TableOutcome } from '../model/outcome.js';
import type { Reporter } from '../terminal/reporter.js';

/** The wish to stop that left tables of this run undone; undefined where everything was done before it came. */
export function interruptionOf(
  outcomes: readonly TableOutcome[],
  signal: AbortSignal,
): KnownError | undefined {
  const reason: unknown = signal.reason;
  return signal.aborted && isWishToStop(reason) && outcomes.some(isNotBegun) ? reason : undefined;
}

/** A table that is lost is worse than a run that was interrupted. */
export const exitCodeAfter = (wish: KnownError, outcomes: readonly TableOutcome[]): ExitCode =>
  exitCodeOf(outcomes) === EXIT_CODES.lost ? EXIT_CODES.lost : wish.exitCode;

/** The last words of an interrupted run; the log knows of it too. */
export function tellInterruption(
  command: 'backup' | 'restore',
  wish: KnownError,
  outcomes: readonly TableOutcome[],
  report: Reporter,
): void {
  const left = outcomes.filter(isNotBegun).map(({ table }) => table);
  report.remark(`${wish.message}${left.length > 0 ? `; left as they were: ${left.join(', ')}` : ''}`);
  report.say('');
  // The documented words; every signal is somebody's wish.
  report.say(`${command === 'backup' ? 'Backup' : 'Restore'} process interrupted by user.`);
}
