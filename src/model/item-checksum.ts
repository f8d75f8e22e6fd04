import { createHash } from 'node:crypto';
import { canonicalItem } from './canonical-item.js';

/** How many items there are, and a checksum of all of them that does not depend on their order. */
export interface ItemTotals {
  readonly count: number;
  /** The sum of the SHA-256 of each item, modulo 2^256, as 64 hexadecimal digits. */
  readonly sha256: string;
}

/** What was read of a whole table: its own items, and the entries of each index as the index gives them. */
export interface ItemsRecord extends ItemTotals {
  readonly indexes: readonly IndexTotals[];
}

export interface IndexTotals extends ItemTotals {
  readonly name: string;
}

/** Counts items one by one and forgets them. */
export interface ItemSum {
  /** An item as the API gives it in JSON. Throws an Error for what is none. */
  add(item: unknown): void;
  readonly totals: ItemTotals;
}

const MODULUS = 1n << 256n;

/**
 * Items come in any order and from several places at once, so their digests are added. Not by XOR: there, an item that came
 * twice would be as good as none.
 */
export function itemSum(): ItemSum {
  let count = 0;
  let sum = 0n;
  return {
    add(item) {
      const digest = createHash('sha256').update(canonicalItem(item)).digest('hex');
      sum = (sum + BigInt(`0x${digest}`)) % MODULUS;
      count += 1;
    },
    get totals() {
      return { count, sha256: sum.toString(16).padStart(64, '0') };
    },
  };
}

export const areEqual = (a: ItemTotals, b: ItemTotals): boolean =>
  a.count === b.count && a.sha256 === b.sha256;

/** What two readings of one table disagree about, one clause each; none when they are equal. */
export function itemDifferences(before: ItemsRecord, after: ItemsRecord): readonly string[] {
  const own = differenceOf('the table', before, after);
  const names = new Set([...before.indexes, ...after.indexes].map(({ name }) => name));
  return [
    ...(own === undefined ? [] : [own]),
    ...[...names].flatMap((name) => {
      const [first, second] = [before, after].map(({ indexes }) =>
        indexes.find((each) => each.name === name),
      );
      if (!first || !second)
        return `index ${name} was ${first ? '' : 'not '}there before and is ${second ? '' : 'not '}there now`;
      return differenceOf(`index ${name}`, first, second) ?? [];
    }),
  ];
}

function differenceOf(what: string, before: ItemTotals, after: ItemTotals): string | undefined {
  if (before.count !== after.count) return `${what} had ${before.count} items and has ${after.count}`;
  return areEqual(before, after) ? undefined : `${what} has as many items (${after.count}), but not the same`;
}
