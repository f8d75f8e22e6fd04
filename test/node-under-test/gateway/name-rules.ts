import { validation } from './api-error.js';

const SHORTEST = 3;
const LONGEST_TABLE = 222;
const PATTERN = /^[a-zA-Z0-9_.-]+$/;
const INTERNAL_PREFIX = '.scylla.alternator.';

/** The rules of Scylla 2025.1 for the name of a new table (recorded api 219 to 225, 242). */
export function verifyTableName(name: string): void {
  if (name.length < SHORTEST || name.length > LONGEST_TABLE) {
    throw validation(
      `TableName must be at least ${SHORTEST} characters long and at most ${LONGEST_TABLE} characters long`,
    );
  }
  if (!PATTERN.test(name))
    throw validation('TableName must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
  if (name.startsWith(INTERNAL_PREFIX)) {
    throw validation(`Prefix ${INTERNAL_PREFIX} is reserved for accessing internal tables`);
  }
}

/** The same for an index: table, separator and index together make the view's name (recorded api 239, 244). */
export function verifyIndexName(name: string, table: string, separator: ':' | '!:'): void {
  if (name.length < SHORTEST) throw validation(`IndexName must be at least ${SHORTEST} characters long`);
  if (!PATTERN.test(name))
    throw validation('IndexName must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
  const longest = LONGEST_TABLE - separator.length;
  if (table.length + name.length > longest) {
    throw validation(
      `The total length of TableName ('${table}') and IndexName ('${name}') cannot exceed ${longest} characters`,
    );
  }
}
