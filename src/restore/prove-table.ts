import type { KnownError } from '../errors.js';
import type { HeldData } from '../model/fit.js';
import { hasEnded, isTouchedIn } from '../model/job.js';
import { groupSSTables, parseComponentName } from '../model/sstable.js';
import { problemsOf, refuseFor } from './expect-all.js';
import { expectFit } from './fit.js';
import type { TableJournal } from './journal.js';
import type { LoadStep } from './plan.js';
import { proveSource } from './prove-source.js';
import { clearStaging, stagedBefore, stageFiles, type Staged } from './stage.js';
import { expectReadable, namesOf, sourceProblems, tableProblems } from './table-preflight.js';
import type { RestoreTools } from './tools.js';

export interface Proven {
  readonly staged: Staged;
  /** What the files hold; undefined of those that the server has taken already. */
  readonly held: HeldData | undefined;
}

/**
 * The preflight of one table, nothing of it touched: its place, our rights, room, format, each byte of its source, and whether
 * that fits the table. Rejects with everything that stands in the way at once. Where nothing can be unpacked, the source is proven
 * where it lies; what its headers say is not known then. Of a table that an earlier run has touched only what is to be loaded
 * is proven again.
 */
export async function proveTable(
  step: LoadStep,
  book: TableJournal,
  runId: string,
  tools: RestoreTools,
): Promise<Proven> {
  const taken = takenFiles(step, book);
  if (taken) return { staged: taken, held: undefined };
  const before = stagedNames(step, book);
  const { inDirectory, rights } = isTouchedIn(book.entry)
    ? { inDirectory: [], rights: [] }
    : await tableProblems(step, tools);
  // What a run that was cut off here has left takes room, and is not proven.
  if (rights.length === 0 && !before) await clearStaging(step, runId, tools);
  const { room, format } = await sourceProblems(step, tools);
  // A copy that goes into a table which was emptied already needs no more room than the way back.
  const isNoMore = before !== undefined || (step.source.kind === 'copy' && isTouchedIn(book.entry));
  const problems: KnownError[] = [...inDirectory, ...rights, ...(isNoMore ? [] : room), ...format];

  const unpacks = step.source.kind === 'backup' && !before;
  if (unpacks && rights.length + room.length > 0) {
    problems.push(...(await problemsOf([() => proveSource(step, tools)])));
    refuseFor(problems);
  }
  // Set from within a check, which the compiler does not see.
  let staged = undefined as Staged | undefined;
  let held = undefined as HeldData | undefined;
  problems.push(
    ...(await problemsOf([async () => (staged = await stage(step, book, before, runId, tools))])),
  );
  if (staged) {
    const files = staged;
    problems.push(
      ...(await problemsOf([
        ...(namesOf(step)
          ? []
          : [
              async () => {
                expectReadable(step, files.names, tools);
              },
            ]),
        async () => (held = await expectFit(step, files)),
      ])),
    );
  }
  refuseFor(problems);
  if (!staged) throw new Error('neither staged nor refused');
  return { staged, held };
}

/** What an earlier run has unpacked to its end, by what the manifest says; without one nobody knows which files must be there. */
function stagedNames({ source }: LoadStep, { entry }: TableJournal): readonly string[] | undefined {
  if (!hasEnded(entry, 'stage') || entry.staged === null) return undefined;
  return source.kind === 'backup' && source.backup.kind === 'manifest'
    ? source.backup.manifest.archive.entries.map(({ name }) => name)
    : undefined;
}

async function stage(
  step: LoadStep,
  book: TableJournal,
  before: readonly string[] | undefined,
  runId: string,
  tools: RestoreTools,
): Promise<Staged> {
  const { staged } = book.entry;
  if (before && staged !== null) return stagedBefore(staged, before);
  return book.step(
    'stage',
    () => stageFiles(step, runId, tools),
    ({ directory, isCopy }) => ({ staged: isCopy ? null : directory }),
  );
}

/** What an earlier run has loaded to its end: the server has it, and what waited for that may be gone. */
function takenFiles({ source }: LoadStep, { entry }: TableJournal): Staged | undefined {
  if (!hasEnded(entry, 'load')) return undefined;
  if (source.kind === 'copy') return source.copy.staged;
  if (source.backup.kind !== 'manifest') return undefined;
  const names = source.backup.manifest.archive.entries
    .map(({ name }) => name)
    .filter((name) => parseComponentName(name) !== undefined);
  return { directory: source.backup.folder, names, sstables: groupSSTables(names).length, isCopy: false };
}
