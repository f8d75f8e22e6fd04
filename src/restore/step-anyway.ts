import type { JobTable, StepName } from '../model/job.js';
import { JournalTrouble, type TableJournal } from './journal.js';
import type { RestoreTools } from './tools.js';

/** What a step gave, and whether its end stands in the journal. */
export interface DoneAnyway<T> {
  readonly result: T;
  readonly isTold: boolean;
}

/** Does the work of a step also where the journal cannot be written, which is a warning. Rejects with whatever the work rejects with. */
export async function stepAnyway<T>(
  book: TableJournal,
  name: StepName,
  work: () => Promise<T>,
  tools: Pick<RestoreTools, 'report'>,
  told?: (result: T) => Partial<JobTable>,
): Promise<DoneAnyway<T>> {
  let under: Promise<T> | undefined;
  const once = () => (under ??= work());
  try {
    return { result: await book.step(name, once, told), isTold: true };
  } catch (error) {
    if (!(error instanceof JournalTrouble)) throw error;
    warnOnce(error, tools);
    return { result: await once(), isTold: false };
  }
}

/** Whether it is on the disk; that it is not is a warning. */
export async function written(work: Promise<unknown>, tools: Pick<RestoreTools, 'report'>): Promise<boolean> {
  return work.then(
    () => true,
    (error: unknown) => {
      if (!(error instanceof JournalTrouble)) throw error;
      warnOnce(error, tools);
      return false;
    },
  );
}

/** Where one writing fails, as a rule the next ones do, too. */
function warnOnce({ message }: JournalTrouble, { report }: Pick<RestoreTools, 'report'>): void {
  if (!report.warnings.includes(message)) report.warn(message);
}
