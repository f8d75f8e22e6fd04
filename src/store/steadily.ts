import { lstat } from 'node:fs/promises';

/** Each look ends before the next publishing of the same table, or it is worth another one: more than this nobody publishes. */
const LOOKS = 20;

/**
 * Looks at what lies at a path while nobody keeps others from replacing it. What was found, and what a look failed with, counts
 * only where the same folder (or none) was there before and after: else part of it may be of another backup, and it
 * is looked at again.
 */
export async function steadily<T>(path: string, look: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round += 1) {
    const before = await identityOf(path);
    const outcome = await look().then(
      (found) => ({ found }),
      (error: unknown) => ({ error }),
    );
    if (round === LOOKS || (await identityOf(path)) === before) {
      if ('found' in outcome) return outcome.found;
      throw outcome.error;
    }
  }
}

/** An inode is given anew as soon as its folder was removed; its time of change tells them apart. Undefined where there is none. */
const identityOf = (path: string): Promise<string | undefined> =>
  lstat(path, { bigint: true }).then(
    ({ dev, ino, ctimeNs }) => `${dev}:${ino}:${ctimeNs}`,
    () => undefined,
  );
