import { messageOf } from '../errors.js';
import type { RestoreTools } from './tools.js';

/**
 * Says at once what a signal does while `work` lasts: until the table at hand is whole again hours may pass, and whoever
 * hears nothing reaches for SIGKILL.
 */
export async function answeringSignals<T>(
  { signal, report }: Pick<RestoreTools, 'signal' | 'report'>,
  work: () => Promise<T>,
): Promise<T> {
  const answer = () => {
    report.remark(
      `${messageOf(signal.reason)}: the restore stops as soon as no table is half restored. What is being loaded is ` +
        'loaded to its end, or put back; no other table is begun. A second signal changes nothing.',
    );
  };
  signal.addEventListener('abort', answer, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', answer);
  }
}
