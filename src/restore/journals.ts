import { rm } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Engine } from '../engine/engine.js';
import { KnownError, messageOf } from '../errors.js';
import { clearMarks, prepareMark, setMark, withMarks, type Mark } from './marks.js';
import { parseJob, tablesNamedIn, type Job, type StepName } from '../model/job.js';
import { errorCode, makeDirectory, namesIn, writeDurably } from '../system/files.js';

/** What a writing of the journal is about; null where it is not about a step. */
export interface JobEvent {
  /** Null for steps of the whole job. */
  readonly table: string | null;
  readonly step: StepName;
  readonly at: 'begin' | 'end';
}

/** A journal that cannot be read: nobody knows what its job has done. */
export interface DamagedJournal {
  readonly id: string;
  readonly file: string;
  readonly problem: string;
  /** The tables that it names; null where not even that can be told: it may be about any. */
  readonly tables: readonly string[] | null;
}

/**
 * The journals of a node's jobs. They lie in its work directory, beside the safety copies that they speak of, and not in a
 * store: what a restore does to a table concerns everybody who works on the node, whichever store they use.
 */
export interface Journals {
  /** Resolves when the job as it is now will survive a power cut. */
  write(job: Job, event: JobEvent | null): Promise<void>;
  /** Before a table is touched: `mark` will need no room then. */
  prepareMark(job: Job, table: string): Promise<void>;
  /** Instead of a writing for which there is no room: whoever reads the job then finds what the mark says. */
  mark(job: Job, table: string, mark: Mark): Promise<void>;
  /** To be called when the job is closed: nobody asks for its marks any more. */
  clearMarks(job: Job): Promise<void>;
  /** All of them, the oldest first. */
  list(): Promise<{ readonly jobs: readonly Job[]; readonly damaged: readonly DamagedJournal[] }>;
  /** Rejects with `missing` when there is none of that id, with `files` when it cannot be read. */
  read(id: string): Promise<Job>;
  remove(id: string): Promise<void>;
  /** Clears away what processes that died while they wrote have left. To be called under the lock of the node. */
  removeHalfWritten(): Promise<void>;
}

export const JOBS = 'jobs';

const indexOf = ({ tables }: Job, table: string): number => tables.findIndex(({ name }) => name === table);

/** As `writeDurably` calls them: what follows is the process that writes. */
const HALF_WRITTEN = /^\.[A-Za-z0-9_-]{3,80}\.json\.([1-9][0-9]{0,9})\.tmp$/;

/** Whether there is a process of that id, whoever it belongs to. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

/** Journals as one file per job, replaced as a whole. */
export function journalFiles(engine: Pick<Engine, 'workDirectory'>): Journals {
  const folder = async () => join(await engine.workDirectory(), JOBS);
  const fileOf = async (id: string) => join(await folder(), `${id}.json`);

  return {
    async write(job) {
      const directory = await folder();
      await makeDirectory(directory);
      await writeDurably(join(directory, `${job.id}.json`), `${JSON.stringify(job, null, 1)}\n`);
    },

    prepareMark: async (job, table) => prepareMark(await folder(), job.id, indexOf(job, table)),
    mark: async (job, table, mark) => setMark(await folder(), job.id, indexOf(job, table), mark),
    clearMarks: async (job) => clearMarks(await folder(), job),

    async list() {
      const jobs: Job[] = [];
      const damaged: DamagedJournal[] = [];
      const directory = await folder();
      const names = await namesIn(directory);
      // Half-written ones begin with a dot.
      for (const name of names.filter((each) => /^[^.].*\.json$/.test(each))) {
        const file = join(directory, name);
        let text: string | undefined;
        try {
          text = await readFile(file, 'utf8');
          jobs.push(withMarks(parseJob(text), names));
        } catch (error) {
          // A run that is at work removes old ones.
          if (errorCode(error) === 'ENOENT') continue;
          const tables = text === undefined ? null : tablesNamedIn(text);
          damaged.push({ id: basename(name, '.json'), file, problem: messageOf(error), tables });
        }
      }
      return { jobs: jobs.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1)), damaged };
    },

    async read(id) {
      const file = await fileOf(id);
      try {
        return withMarks(parseJob(await readFile(file, 'utf8')), await namesIn(await folder()));
      } catch (error) {
        if (errorCode(error) === 'ENOENT') {
          throw new KnownError('missing', `There is no job '${id}' on this node`, {
            cause: error,
            changed: 'Nothing was done.',
            hint: 'alternator-backup undo --list shows the jobs.',
          });
        }
        throw new KnownError('files', `The journal ${file} cannot be read: ${messageOf(error)}`, {
          cause: error,
          changed: 'Nothing was done.',
        });
      }
    },

    async remove(id) {
      const directory = await folder();
      // No table's place in its job needs to be known: whatever begins like this is a mark of it.
      for (const name of (await namesIn(directory)).filter((each) => each.startsWith(`${id}.`)))
        await rm(join(directory, name), { force: true });
    },

    async removeHalfWritten() {
      const directory = await folder();
      for (const name of await namesIn(directory)) {
        const pid = HALF_WRITTEN.exec(name)?.[1];
        if (pid !== undefined && !isAlive(Number(pid))) await rm(join(directory, name), { force: true });
      }
    },
  };
}
