import type { TableName } from '../../model/table-name.js';
import type { ItemSample, Sampling } from '../engine.js';
import type { Api } from './api.js';

/** Pieces of the ring that are read side by side, so that a sample does not come from one corner of the table. */
const SEGMENTS = 8;

/** Counts up to about `most` items, an equal part of them from each segment of the table. */
export async function sampleItems(
  api: Api,
  table: TableName,
  { most, index }: Sampling,
): Promise<ItemSample> {
  const perSegment = Math.ceil(most / SEGMENTS);
  const parts = await Promise.all(
    Array.from({ length: SEGMENTS }, (_, segment) =>
      countSegment(api, { table, index, segment }, perSegment),
    ),
  );
  return {
    items: parts.reduce((sum, { items }) => sum + items, 0),
    complete: parts.every(({ complete }) => complete),
  };
}

async function countSegment(
  api: Api,
  where: { readonly table: string; readonly index: string | undefined; readonly segment: number },
  most: number,
): Promise<ItemSample> {
  let items = 0;
  let from: unknown;
  do {
    const page = await api.countPage({ ...where, segments: SEGMENTS, limit: most - items, from });
    items += page.count;
    from = page.next;
  } while (from !== undefined && items < most);
  return { items, complete: from === undefined };
}
