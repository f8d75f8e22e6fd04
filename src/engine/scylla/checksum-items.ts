import { isDeepStrictEqual } from 'node:util';
import { KnownError, messageOf } from '../../errors.js';
import { itemSum, type ItemSum, type ItemTotals } from '../../model/item-checksum.js';
import type { TableName } from '../../model/table-name.js';
import type { Reading } from '../engine.js';
import type { Api } from './api.js';

/** Small pieces, so that progress shows; a page of an empty one costs next to nothing. */
const SEGMENTS = 64;
/** So many pages of 1 MB are in memory at once. Eight keep a server of a few cores busy. */
const PARALLEL = 8;

/** Reads the whole table or index, a few segments side by side, and keeps nothing of it but their sum. */
export async function checksumItems(
  api: Api,
  table: TableName,
  { index, signal, onProgress }: Reading,
): Promise<ItemTotals> {
  const sum = itemSum();
  const left = Array.from({ length: SEGMENTS }, (_, segment) => segment);
  let failed = false;
  let done = 0;
  const worker = async () => {
    for (let segment = left.shift(); segment !== undefined && !failed; segment = left.shift()) {
      await addSegment(
        api,
        { table, index, segment, segments: SEGMENTS },
        () => {
          signal?.throwIfAborted();
          return !failed;
        },
        sum,
      ).catch((error: unknown) => {
        failed = true;
        throw error;
      });
      done += 1;
      onProgress?.(done, SEGMENTS);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return sum.totals;
}

interface Place {
  readonly table: TableName;
  readonly index: string | undefined;
  readonly segment: number;
  readonly segments: number;
}

async function addSegment(api: Api, place: Place, mayGoOn: () => boolean, sum: ItemSum): Promise<void> {
  let from: unknown;
  while (mayGoOn()) {
    const { items, next } = await api.itemsPage({ ...place, from });
    for (const item of items) addItem(item, place, sum);
    if (next === undefined) return;
    // Whoever goes on from where it began goes on for ever.
    if (isDeepStrictEqual(next, from)) throw notUnderstood(place, 'a page ends where it began');
    from = next;
  }
}

function addItem(item: unknown, place: Place, sum: ItemSum): void {
  try {
    sum.add(item);
  } catch (error) {
    throw notUnderstood(place, messageOf(error), error);
  }
}

const notUnderstood = ({ table, index }: Place, why: string, cause?: unknown): KnownError =>
  new KnownError(
    'database',
    `Read items of table '${table}'${index === undefined ? '' : ` through index '${index}'`}: the answer cannot be understood: ${why}`,
    { cause },
  );
