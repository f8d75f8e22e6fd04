import type { Writable } from 'node:stream';
import { asError } from '../errors.js';
import { errorCode, reasonOf } from '../system/files.js';

/**
 * Hears of the first error of a stream that somebody may be reading: a full disk, a terminal that is gone. Never of a
 * reader that has heard enough (`| head`). Gives what ends the listening.
 */
export function watchOutput(stream: Writable, onLost: (reason: string) => void): () => void {
  let isOver = false;
  const hear = (error: unknown) => {
    if (isOver) return;
    // What comes after it only says again that nobody reads.
    isOver = true;
    if (errorCode(error) !== 'EPIPE') onLost(reasonOf(asError(error)));
  };
  stream.on('error', hear);
  return () => {
    stream.off('error', hear);
  };
}
