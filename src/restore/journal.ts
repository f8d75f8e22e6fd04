import { KnownError, messageOf } from '../errors.js';
import { hasEnded, isTouchedIn, type Job, type JobTable, type StepName } from '../model/job.js';
import type { Clock } from '../system/wait.js';
import { reasonOf } from '../system/files.js';
import type { JobEvent, Journals } from './journals.js';
import type { Mark } from './marks.js';

/** The journal of the job under way. Everything in it is on the disk when its methods resolve. */
export interface Journal {
  readonly job: Job;
  /** The same as a table's own book. */
  of(table: string): TableJournal;
  /** A step of the whole job. */
  step<T>(name: StepName, work: () => Promise<T>): Promise<T>;
  /** Whether no table of it is left in the middle or waiting. */
  isOver(): boolean;
  /** Closes the job when it is over. */
  close(): Promise<void>;
}

/** What is written down of one table. */
export interface TableJournal {
  readonly jobId: string;
  /** A run that is dead by now has loaded its data: people may have written into it since. */
  readonly loadedBefore: boolean;
  /** A run that is dead by now has emptied the table, or removed or made one of its name. */
  readonly touchedBefore: boolean;
  /** This run has begun no step of it. */
  readonly begunNothing: boolean;
  readonly entry: JobTable;
  /** Writes down that it begins, works, and writes down that it ended, with what `told` makes of the result. */
  step<T>(name: StepName, work: () => Promise<T>, told?: (result: T) => Partial<JobTable>): Promise<T>;
  /** Writes facts down at once, in the middle of a step. */
  note(facts: Partial<JobTable>): Promise<void>;
  /** The server has refused the step that was begun last: nothing of it was done, as if it had never been begun. */
  withdraw(name: StepName): Promise<void>;
  /** Says it where `note` cannot: needs no room. */
  mark(mark: Mark): Promise<void>;
}

export interface JournalTools {
  readonly journals: Journals;
  readonly clock: Clock;
}

/** Nothing can be written down any more: no step may be begun, but one that puts things back. */
export class JournalTrouble extends KnownError {}

/** Writes the job down, and gives the book in which it goes on. One of no table leaves nothing behind. */
export async function openJournal(job: Job, tools: JournalTools): Promise<Journal> {
  if (job.tables.length > 0) await writeDown(job, null, tools);
  return journalOf(job, tools);
}

const writeDown = (job: Job, event: JobEvent | null, { journals }: JournalTools): Promise<void> =>
  orTrouble(job, journals.write(job, event));

async function orTrouble({ id }: Job, writing: Promise<void>): Promise<void> {
  await writing.catch((error: unknown) => {
    throw new JournalTrouble('files', `The journal of job ${id} cannot be written: ${reasonOf(error)}`, {
      cause: error,
      hint: 'Is the data file system full?',
    });
  });
}

/** The book of a job that is written down already. */
export function journalOf(first: Job, tools: JournalTools): Journal {
  let job = first;
  const { clock, journals } = tools;
  const write = (event: JobEvent | null) => writeDown(job, event, tools);
  const now = () => clock.now().toISOString();
  /** What could not be written down is not begun: the job is then as it was. */
  const begin = async (next: Job, event: JobEvent) => {
    const before = job;
    job = next;
    await write(event).catch((error: unknown) => {
      job = before;
      throw error;
    });
  };

  const entryOf = (name: string): JobTable => {
    const entry = job.tables.find((table) => table.name === name);
    if (!entry) throw new Error(`job ${job.id} has no table ${name}`);
    return entry;
  };
  const changed = (name: string, facts: Partial<JobTable>): Job => ({
    ...job,
    tables: job.tables.map((table) => (table.name === name ? { ...table, ...facts } : table)),
  });

  return {
    get job() {
      return job;
    },

    of: (table) => ({
      jobId: first.id,
      loadedBefore: first.tables.some((each) => each.name === table && hasEnded(each, 'load')),
      touchedBefore: first.tables.some((each) => each.name === table && isTouchedIn(each)),
      get begunNothing() {
        return stepsOf(first, table) === stepsOf(job, table);
      },
      get entry() {
        return entryOf(table);
      },
      async step(step, work, told) {
        const { steps } = entryOf(table);
        const more = [...steps, { step, begunAt: now(), endedAt: null }];
        if (!isTouchedIn({ steps }) && isTouchedIn({ steps: more }))
          await orTrouble(job, journals.prepareMark(job, table));
        await begin(changed(table, { steps: more }), { table, step, at: 'begin' });
        const result = await work();
        job = changed(table, { steps: ended(entryOf(table).steps, step, now()), ...told?.(result) });
        await write({ table, step, at: 'end' });
        return result;
      },
      async note(facts) {
        job = changed(table, facts);
        await write(null);
      },
      async withdraw(step) {
        const { steps } = entryOf(table);
        const index = steps.findLastIndex((each) => each.step === step && each.endedAt === null);
        job = changed(table, { steps: steps.filter((_, each) => each !== index) });
        await write(null);
      },
      mark: (mark) => orTrouble(job, journals.mark(job, table, mark)),
    }),

    async step(step, work) {
      const steps = [...job.steps, { step, begunAt: now(), endedAt: null }];
      await begin({ ...job, steps }, { table: null, step, at: 'begin' });
      const result = await work();
      job = { ...job, steps: ended(job.steps, step, now()) };
      await write({ table: null, step, at: 'end' });
      return result;
    },

    isOver: () =>
      !job.tables.some(({ state }) => ['waiting', 'working', 'rolling back', 'lost'].includes(state)),

    async close() {
      if (!this.isOver() || job.finishedAt !== null || job.tables.length === 0) return;
      job = { ...job, finishedAt: now() };
      await write(null);
      await orTrouble(job, journals.clearMarks(job));
    },
  };
}

const stepsOf = ({ tables }: Job, table: string): number | undefined =>
  tables.find(({ name }) => name === table)?.steps.length;

/** The last one of that name is over. */
function ended(steps: JobTable['steps'], name: StepName, at: string): JobTable['steps'] {
  const index = steps.findLastIndex(({ step, endedAt }) => step === name && endedAt === null);
  return steps.map((step, each) => (each === index ? { ...step, endedAt: at } : step));
}

/** Why a table failed, as one line for the journal. */
export const problemOf = (error: unknown): string => messageOf(error).replaceAll(/\s+/g, ' ').slice(0, 2000);
