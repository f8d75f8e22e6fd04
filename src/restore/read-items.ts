import type { ItemSample } from '../engine/engine.js';
import { SAMPLE } from '../model/sample-size.js';
import type { TableName } from '../model/table-name.js';
import { askAgain } from './ask-again.js';
import type { RestoreTools } from './tools.js';

/** Reads a sample of the items as a judge of what was loaded; see `askAgain`. */
export const readItems = (
  table: TableName,
  tools: Pick<RestoreTools, 'engine' | 'report'>,
): Promise<ItemSample> =>
  askAgain(
    table,
    () => tools.report.step(`Read items of ${table}`, () => tools.engine.sample(table, { most: SAMPLE })),
    tools,
  );
