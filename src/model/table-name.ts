import { KnownError } from '../errors.js';

declare const tableName: unique symbol;

/** A name that Alternator would take. Only `parseTableName` makes one, so nothing inside has to check again. */
export type TableName = string & { readonly [tableName]: true };

/**
 * Scylla's rule (alternator/executor_util.cc): 3 to 222 of these characters; 192 since 2025.4, which the server says
 * itself. `...` and `-abc` are legal names; a `/` is not, so a name is always one path segment.
 */
const LEGAL = /^[A-Za-z0-9_.-]{3,222}$/;

export function parseTableName(text: string): TableName {
  const [problem] = problemsOf([text]);
  if (problem !== undefined)
    throw new KnownError('usage', problem, { hint: RULE, changed: 'Nothing was done.' });
  return text as TableName;
}

/** Every name once, in the given order. All illegal names are reported together. */
export function parseTableNames(texts: readonly string[]): readonly TableName[] {
  const problems = problemsOf(texts);
  if (problems.length > 0) {
    throw new KnownError('usage', problems.join('\n'), { hint: RULE, changed: 'Nothing was done.' });
  }
  return [...new Set(texts)] as TableName[];
}

/** For names that come from the database: what it lists but could never have made is not a table. */
export const isTableName = (text: string): text is TableName => LEGAL.test(text);

/** The CQL keyspace of a table (alternator/executor.hh: one keyspace per table). */
export const keyspaceOf = (table: TableName): string => `alternator_${table}`;

const RULE = 'A table name has 3 to 222 of the characters A-Z a-z 0-9 _ . and -.';

function problemsOf(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => !isTableName(text)).map((text) => `'${shown(text)}' is not a table name`);
}

/** Control characters would let a name rewrite the screen that refuses it. */
const shown = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?').slice(0, 300);
