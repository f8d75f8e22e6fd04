import { messageOf } from '../errors.js';
import type { Reporter } from '../terminal/reporter.js';
import type { Store } from './store.js';

/** What was done stays done when its history cannot be written; somebody should know, though. */
export async function noteInHistory(
  { store, report }: { readonly store: Store; readonly report: Reporter },
  entry: object,
): Promise<void> {
  try {
    await store.recordHistory(report.redact(entry));
  } catch (error) {
    report.warn(`The history of the store could not be written: ${messageOf(error)}`);
  }
}
