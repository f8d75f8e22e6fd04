import { EXIT_CODES, KnownError, type ExitCode } from '../errors.js';
import { parseSelection, type Selection } from '../model/name-pattern.js';
import type { Reporter } from '../terminal/reporter.js';

export interface NameFlags {
  readonly tables: readonly string[];
  readonly all?: boolean;
  readonly exclude?: readonly string[];
}

/** The tables that the flags speak of; `menu` when they speak of none. Rejects with kind `usage`. */
export function selectionOf({ tables, all, exclude = [] }: NameFlags): Selection | 'menu' {
  const selection = parseSelection({ tables: all === true ? 'all' : tables, exclude });
  if (all === true && tables.length > 0) throw usage('--all and names of tables exclude each other');
  if (all === true || tables.length > 0) return selection;
  if (exclude.length > 0)
    throw usage('--exclude takes tables away from --all or from patterns; there are none');
  return 'menu';
}

/** Like an empty cluster: nobody asked for something that is not there, but a backup of nothing is worth a look. */
export function nothingLeft(report: Reporter): ExitCode {
  report.say('No tables left.');
  report.warn('--exclude leaves no table');
  return EXIT_CODES.warnings;
}

const usage = (message: string): KnownError =>
  new KnownError('usage', message, { changed: 'Nothing was done.' });
