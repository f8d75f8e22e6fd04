import type { KeyType } from './typed-value.js';
import type { IndexKind } from '../storage-names.js';

/** A column that holds one attribute. Types other than the three of keys occur in tables that were made by CQL. */
export interface Column {
  readonly name: string;
  /** What DescribeTable calls it; Alternator says `S` of every CQL type that it does not know. */
  readonly type: KeyType;
  readonly cqlType: string;
}

export interface IndexSchema {
  readonly name: string;
  readonly kind: IndexKind;
  readonly view: string;
  /** When its view was made, in milliseconds. */
  readonly createdAt: number;
  /** The key that DescribeTable shows: RANGE is there even when it was not asked for (recorded api 120). */
  readonly hash: Column;
  readonly range: Column | undefined;
  /** All primary key columns of the view, in order, the partition key first. */
  readonly viewKey: readonly Column[];
  /**
   * Set when the index's RANGE attribute could not be part of the view's key, since Cassandra takes only one attribute
   * from outside the base key: the gateway then sorts by it, and leaves out items that lack it.
   */
  readonly sortedByGateway: boolean;
}

/** One table, as CQL describes it. Everything that can be derived from the database is derived from it. */
export interface TableSchema {
  /** What the API calls it. */
  readonly name: string;
  readonly keyspace: string;
  readonly table: string;
  readonly id: string;
  readonly hash: Column;
  readonly range: Column | undefined;
  /** Columns outside the key, without `":attrs"`: keys of indexes, and what somebody added by CQL. Ordered by name. */
  readonly others: readonly Column[];
  /** False for a table that was made by CQL without `":attrs"`. */
  readonly hasAttributes: boolean;
  readonly indexes: readonly IndexSchema[];
}

export const keyOf = (table: TableSchema): readonly Column[] =>
  table.range === undefined ? [table.hash] : [table.hash, table.range];

export const findIndex = (table: TableSchema, name: string): IndexSchema | undefined =>
  table.indexes.find((index) => index.name === name);

/** Attributes that a local index is keyed by: these are real columns in Scylla too, and checked like keys. */
export const isLocalIndexKey = (table: TableSchema, column: Column): boolean =>
  table.indexes.some(
    ({ kind, viewKey }) => kind === 'local' && viewKey.some(({ name }) => name === column.name),
  );

/** Global indexes that need this attribute to be of the column's type. */
export const globalIndexesOn = (table: TableSchema, attribute: string): readonly IndexSchema[] =>
  table.indexes.filter(
    ({ kind, hash, range }) => kind === 'global' && (hash.name === attribute || range?.name === attribute),
  );
