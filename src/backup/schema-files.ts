import { CannotSplit } from '../cql/cannot-split.js';
import { descParts, type TableParts } from '../cql/desc-parts.js';
import { splitStatements } from '../cql/splitter.js';
import { KnownError } from '../errors.js';
import type { TableRecord } from '../model/table-record.js';

/** The documented files' texts, and the numbers that the documented log lines name. */
export interface SchemaFiles {
  /** Characters of the whole description. */
  readonly described: number;
  /** `table_schema.cql`. */
  readonly table: string;
  /** `materialized_view_1.cql`, … in order of appearance. */
  readonly views: readonly string[];
  /** `keyspace.cql`. */
  readonly keyspace: string;
  /** Why the description cannot be cut into statements: the files hold it as it is, and CQL cannot make the table of it. */
  readonly broken: string | undefined;
}

/**
 * Cuts the description of a table into the files that the documented layout has. Indexes of the base table and what DESC tells
 * of its stream log go behind its CREATE TABLE. Rejects with the documented words when there is no CREATE TABLE.
 */
export function schemaFilesOf({ name, keyspaceStatement, statements }: TableRecord): SchemaFiles {
  const text = `${statements.map(({ statement }) => ended(statement)).join('\n')}\n`;
  const keyspace = `${ended(keyspaceStatement).trim()}\n`;
  let parts: readonly TableParts[];
  try {
    parts = descParts(splitStatements(text)).tables;
  } catch (error) {
    if (!(error instanceof CannotSplit) || !statements.some(({ type }) => type === 'table')) throw error;
    return { described: text.length, ...asTheyAre(statements), keyspace, broken: error.message };
  }
  const [table, ...others] = parts;
  if (!table || others.length > 0) {
    throw new KnownError('database', '✗ Failed to extract table schema', {
      hint: `DESC TABLE of '${name}' shows ${others.length + (table ? 1 : 0)} tables instead of one.`,
    });
  }
  return {
    described: text.length,
    table: [...table.table, ...table.indexes, ...table.streamLog].join('\n'),
    views: table.views,
    keyspace,
    broken: undefined,
  };
}

/** Servers print some values unescaped (SCYLLA.md 2.3). The rows are kept as evidence: the API makes the table again. */
const asTheyAre = (statements: TableRecord['statements']): Pick<SchemaFiles, 'table' | 'views'> => ({
  table: statements
    .flatMap(({ type, statement }) => (isView(type) ? [] : [`${ended(statement)}\n`]))
    .join('\n'),
  views: statements.flatMap(({ type, statement }) => (isView(type) ? [`${ended(statement)}\n`] : [])),
});

const isView = (type: string): boolean => type === 'view' || type === 'materialized_view';

/** Rows of DESC end in `;` by themselves, most of them. */
const ended = (statement: string): string => {
  const trimmed = statement.trimEnd();
  return trimmed.endsWith(';') ? trimmed : `${trimmed};`;
};
