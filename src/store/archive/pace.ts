import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** Waits after so many bytes until they are no more than the rate allows. */
export type Pace = (bytes: number, signal: AbortSignal) => Promise<void>;

export const unpaced: Pace = async () => undefined;

/**
 * As a bucket that holds no more than one second: time in which nothing was read is not made up for later, as the disk that is
 * spared belongs to a database.
 */
export function pacedAt(bytesPerSecond: number): Pace {
  let free = performance.now();
  return async (bytes, signal) => {
    free = Math.max(free, performance.now() - 1000) + (1000 * bytes) / bytesPerSecond;
    const wait = free - performance.now();
    if (wait > 1) await delay(wait, undefined, { signal });
  };
}
