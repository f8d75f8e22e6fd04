/**
 * What a statement does, by its first words. `extension line` is not CQL: cqlsh prints `scylla_tags = {…}` and
 * `cdc = {…}` beside the statement they belong to. `unknown` is everything that a description of a table does not
 * consist of, so whoever replays statements must look at it.
 */
export type StatementKind =
  | 'keyspace'
  | 'type'
  | 'table'
  | 'index'
  | 'materialized view'
  | 'function'
  | 'aggregate'
  | 'role'
  | 'alter table'
  | 'grant'
  | 'insert'
  | 'drop'
  | 'extension line'
  | 'unknown';

export interface Statement {
  readonly kind: StatementKind;
  /** As written, quotes and keyspace included; '' if it has none. */
  readonly name: string;
  /** Whether its own `;` was there; the `;` is then the last character of `text`. */
  readonly terminated: boolean;
  /** `input.slice(start, end)`: from the first to the last token of the statement. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}
