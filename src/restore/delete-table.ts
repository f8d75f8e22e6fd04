import { isTouchedIn } from '../model/job.js';
import { expectUnchanged } from './expect-unchanged.js';
import type { TableJournal } from './journal.js';
import type { DeleteStep } from './plan.js';
import { removeByApi } from './remove-table.js';
import { readSafetyCopy, takeSafetyCopy, type CopyPlace } from './safety-copy.js';
import { takeAgain } from './take-again.js';
import { expectFitTable } from './table-preflight.js';
import type { RestoreTools } from './tools.js';

/** Takes back a table that was not there before: a copy of it is kept, so that this can be taken back as well. */
export async function deleteTable(
  step: DeleteStep,
  book: TableJournal,
  place: CopyPlace,
  tools: RestoreTools,
): Promise<void> {
  const { name, live } = step;
  await book.note({ state: 'working', problem: null });
  const judge = () => Promise.resolve('alternator' as const);
  if (isTouchedIn(book.entry)) {
    const { safetyCopy } = book.entry;
    if (safetyCopy !== null) await takeAgain(await readSafetyCopy(safetyCopy), book, place, judge, tools);
  } else {
    await expectFitTable(step, tools);
    const present = (await expectUnchanged(step, tools)) ?? live;
    await book.step(
      'safety copy',
      () => takeSafetyCopy(present, place, judge, tools),
      ({ staged }) => ({ safetyCopy: staged.directory }),
    );
  }
  tools.signal.throwIfAborted();
  await tools.shield(() => removeByApi(name, live, book, tools));
}
