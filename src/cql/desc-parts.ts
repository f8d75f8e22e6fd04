import { madeByServer, streamOwner } from './made-by-server.js';
import type { MadeByServer } from './made-by-server.js';
import { NameMap, qualifiedName } from './qualified-name.js';
import type { QualifiedName } from './qualified-name.js';
import { nameBehind } from './statement-kind.js';
import { fileTextOf } from './statement-text.js';
import type { Statement } from './statement.js';

/** One table of a description. Every text is one statement, with \n as line end, and ends in exactly one `;\n`. */
export interface TableParts {
  /** As written in its CREATE TABLE. */
  readonly name: string;
  /** CREATE TABLE, then the ALTERs of dropped and re-added columns (WITH INTERNALS) in their order. */
  readonly table: readonly string[];
  /** ALTERs that set the options of its stream log. They fail while the table has no stream. */
  readonly streamLog: readonly string[];
  readonly indexes: readonly string[];
  /** In order of appearance, without those that the server makes for an index. */
  readonly views: readonly string[];
}

/** Why a statement is in no part of any table. */
export type WhyLeftOut =
  | 'not part of a table'
  | 'not CQL'
  | 'unknown'
  | 'the server makes it with its table'
  | 'the server makes it with its index'
  | 'its table is not here'
  | 'its table is not clear';

export interface LeftOut {
  readonly statement: Statement;
  readonly why: WhyLeftOut;
}

export interface DescParts {
  /** In order of appearance; empty when the text has no CREATE TABLE, which is for the caller to refuse. */
  readonly tables: readonly TableParts[];
  /** All statements that are in none of the tables, in order: whoever writes files decides about each. */
  readonly leftOut: readonly LeftOut[];
}

/** `TableParts` while they are filled. */
type Collected = { readonly [K in keyof TableParts]: TableParts[K] extends string ? string : string[] };

/**
 * Sorts the statements of a description by table: nothing is dropped, what fits no table is in `leftOut`.
 * Throws `damaged` when the quotes of a name do not match.
 */
export function descParts(statements: readonly Statement[]): DescParts {
  const server = madeByServer(statements);
  const tables: Collected[] = [];
  const byName = new NameMap<Collected>();
  for (const statement of statements) {
    if (statement.kind !== 'table' || server.isTable(statement)) continue;
    const { name } = statement;
    const table = { name, table: [fileTextOf(statement)], streamLog: [], indexes: [], views: [] };
    tables.push(table);
    byName.add(qualifiedName(name), table);
  }

  const leftOut = statements.flatMap((statement) => {
    const why = place(statement, byName, server);
    return why === undefined ? [] : [{ statement, why }];
  });
  return { tables, leftOut };
}

/** Puts the statement into the table it belongs to, or says why there is none. CREATE TABLE is there already. */
function place(
  statement: Statement,
  tables: NameMap<Collected>,
  server: MadeByServer,
): WhyLeftOut | undefined {
  const { kind, text } = statement;
  switch (kind) {
    case 'table':
      return server.isTable(statement) ? 'the server makes it with its table' : undefined;
    case 'alter table':
      return placeAlter(statement, tables);
    case 'index':
      return placeIn(tables, qualifiedName(nameBehind('ON', text)), 'indexes', statement);
    case 'materialized view':
      if (server.isView(statement)) return 'the server makes it with its index';
      return placeIn(tables, qualifiedName(nameBehind('FROM', text)), 'views', statement);
    case 'extension line':
      return 'not CQL';
    case 'unknown':
      return 'unknown';
    case 'keyspace':
    case 'type':
    case 'function':
    case 'aggregate':
    case 'role':
    case 'grant':
    case 'insert':
    case 'drop':
      return 'not part of a table';
  }
}

/** DESC of a table with a stream ends in an ALTER of the log, though the log's CREATE is only a comment. */
function placeAlter(statement: Statement, tables: NameMap<Collected>): WhyLeftOut | undefined {
  const altered = qualifiedName(statement.name);
  const owner = tables.has(altered) ? undefined : streamOwner(altered);
  return owner === undefined
    ? placeIn(tables, altered, 'table', statement)
    : placeIn(tables, owner, 'streamLog', statement);
}

function placeIn(
  tables: NameMap<Collected>,
  wanted: QualifiedName,
  part: Exclude<keyof Collected, 'name'>,
  statement: Statement,
): WhyLeftOut | undefined {
  const [table, another] = tables.find(wanted);
  if (table === undefined) return 'its table is not here';
  if (another !== undefined) return 'its table is not clear';
  table[part].push(fileTextOf(statement));
  return undefined;
}
