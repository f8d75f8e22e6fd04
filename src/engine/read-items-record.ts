import { indexFacts } from '../model/index-facts.js';
import type { IndexTotals, ItemsRecord } from '../model/item-checksum.js';
import type { TableRecord } from '../model/table-record.js';
import type { Reporter } from '../terminal/reporter.js';
import type { Engine } from './engine.js';

export interface ReadingTools {
  readonly engine: Pick<Engine, 'checksum'>;
  readonly report: Pick<Reporter, 'step' | 'progress'>;
  readonly signal?: AbortSignal;
}

/** Counts and sums every item of the table and every entry of each of its indexes, one after the other. Takes its time. */
export async function readItemsRecord(
  { name, schema }: Pick<TableRecord, 'name' | 'schema'>,
  tools: ReadingTools,
): Promise<ItemsRecord> {
  const own = await readTotals({ name }, tools);
  const indexes: IndexTotals[] = [];
  for (const index of indexFacts(schema.describe).keys())
    indexes.push({ name: index, ...(await readTotals({ name, index }, tools)) });
  return { ...own, indexes };
}

/** The same of the table alone, or of one index. */
export async function readTotals(
  { name, index }: { readonly name: TableRecord['name']; readonly index?: string },
  { engine, report, signal }: ReadingTools,
): Promise<Pick<ItemsRecord, 'count' | 'sha256'>> {
  const title = `Read all items of ${name}${index === undefined ? '' : ` through index ${index}`}`;
  return report.step(title, () =>
    engine.checksum(name, {
      ...(index === undefined ? {} : { index }),
      ...(signal === undefined ? {} : { signal }),
      onProgress: (done, total) => {
        report.progress(title, done, total, 'parts');
      },
    }),
  );
}
