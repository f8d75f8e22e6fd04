import type { Engine } from '../engine/engine.js';
import { KnownError, messageOf } from '../errors.js';
import type { Store } from '../store/store.js';

/**
 * The same engine, whose work directory is known also while the server is down, from what an earlier run noted in the store: a
 * run that was cut off with the service stopped must be found again.
 */
export function knowingItsPlace(engine: Engine, store: Pick<Store, 'notedWorkDirectory'>): Engine {
  return {
    ...engine,
    async workDirectory() {
      try {
        return await engine.workDirectory();
      } catch (error) {
        const noted = await store.notedWorkDirectory();
        if (noted !== undefined) return noted;
        if (!(error instanceof KnownError)) throw error;
        throw new KnownError(error.kind, `The work directory cannot be found: ${messageOf(error)}`, {
          cause: error,
          hint: 'Pass --data-dir, or start the server.',
        });
      }
    },
  };
}
