import { kindOf, messageOf } from '../errors.js';
import type { RestoreTools } from './tools.js';

const TRIES = 3;

/**
 * Reads as a judge of what was loaded. A server that does not answer for a moment is no verdict: it is waited for and asked
 * again. What it refuses to read is one.
 */
export async function askAgain<T>(
  table: string,
  read: () => Promise<T>,
  { engine, report }: Pick<RestoreTools, 'engine' | 'report'>,
): Promise<T> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await read();
    } catch (error) {
      if (left === 1 || kindOf(error) !== 'unavailable') throw error;
      report.info(`Reading ${table} again: ${messageOf(error)}`);
      await engine.untilServing();
    }
  }
}
