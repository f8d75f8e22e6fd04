import { KnownError, messageOf } from '../errors.js';
import type { Reporter } from './reporter.js';

/** What cannot be named is a bug of ours: its stack goes to the log file. */
export function tellFailure(error: unknown, report: Reporter): void {
  if (!(error instanceof KnownError)) {
    report.error(`Unexpected error: ${messageOf(error)}`, error instanceof Error ? error.stack : undefined);
    return;
  }
  report.error(error.message);
  if (error.changed !== undefined) report.error(`  State: ${error.changed}`);
  if (error.hint !== undefined) report.error(`  Next: ${error.hint}`);
}
