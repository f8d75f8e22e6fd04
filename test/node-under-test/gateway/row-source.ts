import { quoted } from './cql-names.js';
import type { ColumnValue } from './column-value.js';
import type { ItemReader } from './item-row.js';
import type { KeyRange } from './key-range.js';

/** One CQL query whose rows are a part of what is asked for. */
export interface RowSource {
  readonly query: string;
  readonly parameters: readonly unknown[];
}

/** The position after which reading goes on: a value for each key column of what is read. */
export type StartKey = readonly ColumnValue[];

export interface TokenRange {
  readonly first: bigint;
  readonly last: bigint;
}

export const WHOLE_RING: TokenRange = { first: -(1n << 63n), last: (1n << 63n) - 1n };

/** Alternator cuts the tokens into equal parts, the last one taking the rest (recorded api 569 to 571). */
export function segmentOfRing(segment: number, total: number): TokenRange {
  const size = ((1n << 64n) - 1n) / BigInt(total);
  const start = (part: number): bigint => WHOLE_RING.first + size * BigInt(part);
  return {
    first: start(segment),
    last: segment === total - 1 ? WHOLE_RING.last : start(segment + 1) - 1n,
  };
}

/** All rows of the tokens in token order, or those behind a start key: first the rest of its partition, then the others. */
export function scanSources(reader: ItemReader, tokens: TokenRange, start?: StartKey): readonly RowSource[] {
  const [hash, ...others] = reader.key.map(({ name }) => quoted(name));
  const token = `token(${hash ?? ''})`;
  const where = (from: string): string => `${reader.select} WHERE ${token} ${from} AND ${token} <= ?`;
  if (start === undefined) return [{ query: where('>= ?'), parameters: [tokens.first, tokens.last] }];

  const [partition, ...position] = start;
  const rest = { query: where(`> token(?)`), parameters: [partition, tokens.last] };
  if (others.length === 0) return [rest];
  const tuple = `(${others.join(', ')}) > (${others.map(() => '?').join(', ')})`;
  return [
    { query: `${reader.select} WHERE ${hash ?? ''} = ? AND ${tuple}`, parameters: [partition, ...position] },
    rest,
  ];
}

export interface PartitionQuery {
  readonly hash: ColumnValue;
  readonly range: KeyRange;
  readonly forward: boolean;
  readonly start: StartKey | undefined;
}

/**
 * Rows of one partition within a range of its sort key. The start key takes the place of the bound that it lies behind;
 * nothing is left behind it when the key has no further column.
 */
export function partitionSources(
  reader: ItemReader,
  { hash, range, forward, start }: PartitionQuery,
): readonly RowSource[] {
  const [hashColumn, ...others] = reader.key.map(({ name }) => quoted(name));
  const clauses = [`${hashColumn ?? ''} = ?`];
  const parameters: unknown[] = [hash];
  const bound = (columns: readonly string[], operator: string, values: readonly ColumnValue[]): void => {
    clauses.push(`(${columns.join(', ')}) ${operator} (${columns.map(() => '?').join(', ')})`);
    parameters.push(...values);
  };
  const onward = forward ? '>' : '<';
  const position = start?.slice(1);

  if (range.equal !== undefined) {
    clauses.push(`${others[0] ?? ''} = ?`);
    parameters.push(range.equal);
    if (position !== undefined) {
      if (others.length === 1) return [];
      bound(others.slice(1), onward, position.slice(1));
    }
  } else {
    if (position !== undefined && others.length === 0) return [];
    if (position !== undefined) bound(others, onward, position);
    if (range.lower && !(position && forward))
      bound(others.slice(0, 1), range.lower.inclusive ? '>=' : '>', [range.lower.value]);
    if (range.upper && (forward || !position))
      bound(others.slice(0, 1), range.upper.inclusive ? '<=' : '<', [range.upper.value]);
  }
  const order = forward || others.length === 0 ? '' : ` ORDER BY ${others[0] ?? ''} DESC`;
  return [{ query: `${reader.select} WHERE ${clauses.join(' AND ')}${order}`, parameters }];
}
