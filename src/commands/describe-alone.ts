import type { Engine } from '../engine/engine.js';
import { KnownError } from '../errors.js';

/**
 * What the node says of one table, or its refusal: that fails the table and nobody else. Rejects when the node as a whole
 * does not answer, and with what is a bug of ours.
 */
export async function describeAlone<T>(look: () => Promise<T>, engine: Engine): Promise<T | KnownError> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    if (error.kind === 'interrupted' || error.kind === 'terminated') throw error;
    // A server that cannot describe one table may well know the others. If it knows none this rejects, and says why.
    if (error.kind === 'unavailable') await engine.verifyReady();
    return error;
  }
}
