import { KnownError } from '../errors.js';

/**
 * The name as a CQL identifier, always in double quotes: case, `-` and `.` survive, and no later server can make it a
 * reserved word.
 */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The value as a CQL string literal. */
export function quoteString(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/**
 * The plain name behind a name that is quoted only where it must be, as in the rows of DESC:
 * `"alternator_my-t"` → `alternator_my-t`, `users` → `users`. An unquoted name is taken as it is, not folded to lower
 * case: the server never prints one with capitals, and old texts that forgot the quotes mean what they say.
 * Throws `damaged` when quotes are not where they belong.
 */
export function unquoteName(written: string): string {
  if (!written.includes('"')) return written;
  const inner = written.slice(1, -1);
  const isQuoted = written.length >= 2 && written.startsWith('"') && written.endsWith('"');
  if (!isQuoted || inner.replaceAll('""', '').includes('"')) {
    throw new KnownError('damaged', `${JSON.stringify(written)} is not a CQL name: its quotes do not match.`);
  }
  return inner.replaceAll('""', '"');
}
