import { indexedItemsOf, itemsOf, type FakeTable } from '../table.js';
import { invalid } from './api-error.js';

export interface ScanRequest {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly Select?: string;
  readonly Segment?: number;
  readonly TotalSegments?: number;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: { readonly pk: { readonly S: string } };
}

/**
 * Counts items, segment by segment and page by page. The fake keeps no items, only how many there are: item number n lies
 * in segment n mod TotalSegments, and the key of a page's last item holds its place.
 */
export function scan(table: FakeTable, request: ScanRequest): object {
  const { IndexName, Select, Segment = 0, TotalSegments = 1, Limit, ExclusiveStartKey } = request;
  if (Select !== 'COUNT') throw invalid('The fake counts items and keeps none: pass Select COUNT');
  if (Limit !== undefined && Limit < 1) throw invalid('Limit must be greater than 0');
  if (Segment < 0 || Segment >= TotalSegments)
    throw invalid('Segment must be non-negative and less than TotalSegments');
  if (IndexName !== undefined && !table.indexes.some(({ name }) => name === IndexName))
    throw invalid(`Requested resource not found: Index '${IndexName}' for table '${table.name}'`);

  const all = IndexName === undefined ? itemsOf(table) : indexedItemsOf(table);
  const inSegment = Math.floor((all - Segment + TotalSegments - 1) / TotalSegments);
  const from = ExclusiveStartKey ? Number(ExclusiveStartKey.pk.S) : 0;
  const left = Math.max(inSegment - from, 0);
  const page = Math.min(left, Limit ?? left);
  // A page that is full says that there may be more, also when there is not.
  const isFull = Limit !== undefined && page === Limit;
  return {
    Count: page,
    ScannedCount: page,
    ...(isFull ? { LastEvaluatedKey: { pk: { S: String(from + page) } } } : {}),
  };
}
