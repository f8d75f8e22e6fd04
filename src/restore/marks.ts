import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasBegun, isUnfinished, type Job, type JobTable } from '../model/job.js';
import { namesIn, PRIVATE_FILE, syncDirectory } from '../system/files.js';

/**
 * What must be known of a table also where its journal cannot be written: that it goes back, and that it is back. Such a mark is an
 * empty file beside the journal whose name tells everything. It is made when there is room, and renamed when there is none.
 */
export type Mark = 'going back' | 'back' | 'back in doubt';

const SPARE = 'spare';
const MARKS: readonly Mark[] = ['back', 'back in doubt', 'going back'];

/** By the place of the table in its job: a name of a table may be as long as that of a file. */
const fileOf = (id: string, index: number, mark: Mark | typeof SPARE): string =>
  `${id}.${index}.${mark.replaceAll(' ', '-')}`;

const filesOf = (id: string, index: number): readonly string[] =>
  [SPARE, ...MARKS].map((mark) => fileOf(id, index, mark as Mark | typeof SPARE));

/** An empty file that becomes the mark: from then on that needs no room. */
export async function prepareMark(folder: string, id: string, index: number): Promise<void> {
  const names = await namesIn(folder);
  if (!filesOf(id, index).some((name) => names.includes(name)))
    await makeEmpty(join(folder, fileOf(id, index, SPARE)));
  await syncDirectory(folder);
}

/** Resolves when the mark will survive a power cut. */
export async function setMark(folder: string, id: string, index: number, mark: Mark): Promise<void> {
  const names = await namesIn(folder);
  const target = join(folder, fileOf(id, index, mark));
  const [present] = filesOf(id, index).filter((name) => names.includes(name));
  await (present === undefined ? makeEmpty(target) : rename(join(folder, present), target));
  await syncDirectory(folder);
}

/** The job is closed, or forgotten. */
export async function clearMarks(folder: string, { id, tables }: Pick<Job, 'id' | 'tables'>): Promise<void> {
  for (const index of tables.keys())
    for (const name of filesOf(id, index)) await rm(join(folder, name), { force: true });
}

/** The job as its journal would say it, had it been possible to write it. `names` are those beside the journal. */
export function withMarks(job: Job, names: readonly string[]): Job {
  const tables = job.tables.map((entry, index) => {
    const mark = MARKS.find((each) => names.includes(fileOf(job.id, index, each)));
    return mark !== undefined && isUnfinished(entry) ? marked(entry, mark) : entry;
  });
  return { ...job, tables };
}

function marked(entry: JobTable, mark: Mark): JobTable {
  const begun = { step: 'roll back', begunAt: new Date(0).toISOString(), endedAt: null } as const;
  return {
    ...entry,
    state: 'rolling back',
    steps: hasBegun(entry, 'roll back') ? entry.steps : [...entry.steps, begun],
    wentBack: mark === 'back' ? 'whole' : mark === 'back in doubt' ? 'in doubt' : null,
  };
}

async function makeEmpty(path: string): Promise<void> {
  const handle = await open(path, 'w', PRIVATE_FILE);
  await handle.close();
}
