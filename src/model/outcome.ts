import { EXIT_CODES, type ErrorKind, type ExitCode } from '../errors.js';
import type { TableName } from './table-name.js';

/**
 * What became of the table that was there before. `half made`: there was none, and a part of the backup may be there now.
 */
export type TableBefore = 'untouched' | 'put back' | 'half made' | 'lost';

/** How it went with one table. */
export type TableOutcome =
  /** `doubt`: a warning says why nobody can tell whether it is as it should be. */
  | { readonly table: TableName; readonly result: 'done'; readonly doubt?: true }
  | { readonly table: TableName; readonly result: 'skipped'; readonly reason: string }
  | {
      readonly table: TableName;
      readonly result: 'failed';
      readonly error: string;
      readonly kind: ErrorKind | 'unexpected';
      /** What became of what was there before. */
      readonly before: TableBefore;
    };

/** The exit status of a run over tables, warnings aside. */
export function exitCodeOf(outcomes: readonly TableOutcome[]): ExitCode {
  const failures = outcomes.flatMap((outcome) => (outcome.result === 'failed' ? [outcome] : []));
  if (failures.some(({ before }) => before === 'lost')) return EXIT_CODES.lost;
  return failures.length > 0 ? EXIT_CODES.failed : EXIT_CODES.done;
}

export interface Tally {
  readonly successful: number;
  readonly failed: readonly TableName[];
  readonly total: number;
}

/** The documented summary's numbers: skipped tables were never part of the job. */
export function tally(outcomes: readonly TableOutcome[]): Tally {
  const failed = outcomes.filter(({ result }) => result === 'failed').map(({ table }) => table);
  const successful = outcomes.filter(({ result }) => result === 'done').length;
  return { successful, failed, total: successful + failed.length };
}

const RULE = '='.repeat(60);

/** The documented block, line by line. */
export function summaryLines(
  what: 'Backup' | 'Restore',
  outcomes: readonly TableOutcome[],
): readonly string[] {
  const { successful, failed, total } = tally(outcomes);
  return [
    RULE,
    `${what} Summary:`,
    `  ✅ Successful: ${successful}`,
    `  ❌ Failed: ${failed.length}`,
    `  📊 Total: ${total}`,
    ...(failed.length > 0 ? ['', 'Failed tables:', ...failed.map((table) => `  - ${table}`)] : []),
    RULE,
  ];
}

/** Everything that somebody should read although no table failed by it; nothing without warnings. */
export const warningLines = (warnings: readonly string[]): readonly string[] =>
  warnings.length === 0 ? [] : ['', 'Warnings:', ...warnings.map((text) => `  - ${text}`)];
