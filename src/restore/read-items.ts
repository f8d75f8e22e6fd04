import type { ItemSample } from '../engine/engine.js';
import { kindOf, messageOf } from '../errors.js';
import { SAMPLE } from '../model/sample-size.js';
import type { TableName } from '../model/table-name.js';
import type { RestoreTools } from './tools.js';

const TRIES = 3;

/**
 * Reads items as a judge of what was loaded. A server that does not answer for a moment is no verdict: it is waited for
 * and asked again. What it refuses to read is one.
 */
export async function readItems(
  table: TableName,
  { engine, report }: Pick<RestoreTools, 'engine' | 'report'>,
): Promise<ItemSample> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await report.step(`Read items of ${table}`, () => engine.sample(table, { most: SAMPLE }));
    } catch (error) {
      if (left === 1 || kindOf(error) !== 'unavailable') throw error;
      report.info(`Reading ${table} again: ${messageOf(error)}`);
      await engine.untilServing();
    }
  }
}
