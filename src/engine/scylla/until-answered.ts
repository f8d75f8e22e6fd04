import { KnownError } from '../../errors.js';

/** Within a wait, a server that does not answer is one more thing to wait for. */
export async function untilAnswered(look: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof KnownError && error.kind === 'unavailable') return error.message;
    throw error;
  }
}
