import { hasBegun, hasEnded, isTouchedIn } from '../model/job.js';
import type { TableRecord } from '../model/table-record.js';
import { expectUnchanged } from './expect-unchanged.js';
import { finishTable } from './finish-table.js';
import { expectFitOf } from './fit.js';
import type { TableJournal } from './journal.js';
import { expectNoForeignFiles, loadFiles, placeFiles } from './load.js';
import { noteLoaded } from './loaded-files.js';
import { makeTable } from './make-table.js';
import type { LoadStep } from './plan.js';
import { proveTable } from './prove-table.js';
import {
  presentItems,
  readSafetyCopy,
  removeCopy,
  takeSafetyCopy,
  type CopyPlace,
  type SafetyCopy,
} from './safety-copy.js';
import { removeSpare, takeAgain } from './take-again.js';
import { giveToServer, removeStaged, type Staged } from './stage.js';
import type { RestoreTools } from './tools.js';
import { wayBack } from './way-back.js';

/** A table that is there, empty, and waits for its data. */
export interface Replacement {
  readonly step: LoadStep;
  readonly book: TableJournal;
  readonly staged: Staged;
  readonly safety: SafetyCopy | undefined;
  readonly record: TableRecord;
}

/**
 * Proves the files, keeps a copy of the present table, and only then puts an empty one in its place. What an earlier run has
 * done of that, as the journal says, is not done again.
 */
export async function prepareTable(
  step: LoadStep,
  book: TableJournal,
  place: CopyPlace,
  tools: RestoreTools,
): Promise<Replacement> {
  await book.note({ state: 'working', problem: null });
  const { staged, held } = await proveTable(step, book, place.runId, tools);
  const safety = isTouchedIn(book.entry)
    ? await copyTaken(step, book, place, tools)
    : await keepPresent(step, book, place, tools);
  tools.signal.throwIfAborted();
  // From here on there is no good place to stop: what fails is put back.
  const record = await tools.shield(() => makeTable(step, book, tools));
  if (held) expectFitOf(held, record);
  return { step, book, staged, safety, record };
}

/** The copy that was taken before the table was touched; and another one as long as the table is whole for all we know. */
async function copyTaken(
  step: LoadStep,
  book: TableJournal,
  place: CopyPlace,
  tools: RestoreTools,
): Promise<SafetyCopy | undefined> {
  const { safetyCopy } = book.entry;
  if (safetyCopy === null) return undefined;
  return takeAgain(await readSafetyCopy(safetyCopy), book, place, (copy) => wayBack(step, copy), tools);
}

/** As long as the table lives it is written to: a copy of an earlier run is too old. */
async function keepPresent(
  step: LoadStep,
  book: TableJournal,
  place: CopyPlace,
  tools: RestoreTools,
): Promise<SafetyCopy | undefined> {
  const present = await expectUnchanged(step, tools);
  if (book.entry.safetyCopy !== null) await book.note({ safetyCopy: null });
  if (!present) return undefined;
  if (step.noSafetyCopy) {
    tools.report.warn(`NO COPY OF THE PRESENT TABLE ${step.name} IS KEPT: what is in it cannot be put back`);
    await book.note({ itemsBefore: await presentItems(present, tools) });
    return undefined;
  }
  return book.step(
    'safety copy',
    () => takeSafetyCopy(present, place, (copy) => wayBack(step, copy), tools),
    ({ staged }) => ({ safetyCopy: staged.directory }),
  );
}

/** Puts the proven files where the server looks for them. */
export async function placeTable(
  { step, staged, record, book }: Replacement,
  tools: RestoreTools,
): Promise<void> {
  if (hasEnded(book.entry, 'load')) return;
  const directory = await tools.engine.tableDirectory(record);
  await expectNoForeignFiles(directory, staged);
  // What a run that was cut off there has begun to load may still be under way: it is waited for.
  if (hasBegun(book.entry, 'load')) await tools.engine.refresh(record, { stream: step.stream });
  await book.step('place', async () => {
    await giveToServer(staged, directory);
    await placeFiles(directory, staged, tools);
  });
}

/**
 * Loads the files, then looks: at the items, the indexes and the schema. Gives a doubt about the items, if there is one:
 * people are told of the copy of the table before then.
 */
export async function loadTable(
  replacement: Replacement,
  tools: RestoreTools,
): Promise<'proven' | 'doubtful'> {
  const { step, book, record, staged } = replacement;
  if (!hasEnded(book.entry, 'load')) {
    const load = () => loadFiles(record, step.stream, tools);
    await book.step(
      'load',
      () => noteLoaded(record, staged.directory, book, tools, load),
      (loaded) => loaded,
    );
  }
  return finishTable(replacement, tools);
}

/** The files that waited are of no use any more; those of a run that did nothing to its table, and its copy, neither. */
export async function tidy(book: TableJournal, tools: RestoreTools): Promise<void> {
  const { staged, safetyCopy } = book.entry;
  const isNeedless = safetyCopy !== null && !isTouchedIn(book.entry);
  // First forgotten, then removed: what a journal names must be there, also when it is cut off here.
  await book.note({ staged: null, ...(isNeedless ? { safetyCopy: null } : {}) });
  if (staged !== null) await removeStaged({ directory: staged, isCopy: false }, tools);
  if (isNeedless) await removeCopy(safetyCopy, tools);
  await removeSpare(book, tools);
}
