import { z } from 'zod';

/**
 * What a run that changes tables has done so far, as its journal keeps it: written before and after each step, so that
 * another run can finish or take back what this one was cut off in.
 */
export const JOB_FORMAT = 1;

/**
 * The steps of one table, in their order. `roll back` follows a failure; `stop service` and `start service` are of the
 * whole job. Kept in the journals of people: names are never reused for something else.
 */
export const STEPS = [
  'stage',
  'safety copy',
  'truncate',
  'remove',
  'create',
  'place',
  'load',
  'read back',
  'settings',
  'compare',
  'tidy',
  'roll back',
  'stop service',
  'start service',
] as const;

const time = z.iso.datetime();

const step = z.strictObject({
  step: z.enum(STEPS),
  begunAt: time,
  /** Null while it is under way, and for ever when the run was cut off in it. */
  endedAt: time.nullable(),
});

const source = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('backup'),
    table: z.string(),
    /** Null of a folder without a manifest. */
    label: z.string().nullable(),
    /** Of the manifest: the backup must be the same when the job goes on. */
    checksum: z.string().nullable(),
    folder: z.string(),
    /** Without a manifest, what tells this archive from another one that lies there when the job goes on. */
    archive: z.strictObject({ size: z.number(), mtimeMs: z.number() }).nullable().default(null),
  }),
  /** The safety copy of an earlier job. */
  z.strictObject({ kind: z.literal('copy'), job: z.string(), directory: z.string() }),
  /** There was no such table: it goes away again. */
  z.strictObject({ kind: z.literal('nothing'), job: z.string() }),
]);

const table = z.strictObject({
  /** As it is called in the database. */
  name: z.string(),
  action: z.enum(['create', 'reload', 'recreate', 'delete']),
  source,
  /**
   * `waiting`: nothing was done. `working`, `rolling back`: cut off there, when the run is dead. `failed`: nothing was
   * changed. `undone`: what was changed is as it was before. `lost`: it could not be made as before.
   */
  state: z.enum(['waiting', 'working', 'rolling back', 'done', 'failed', 'undone', 'lost']),
  steps: z.array(step),
  /** The id of the table that was there when the job was planned. */
  liveId: z.string().nullable(),
  /** The id of the table that this job made. */
  madeId: z.string().nullable(),
  /** Where the files wait that are to be loaded. */
  staged: z.string().nullable(),
  /** Where the table as it was before lies; null when there was none, or none was wanted. */
  safetyCopy: z.string().nullable(),
  /** Where no copy was wanted: how many items could be read just before, at least. */
  itemsBefore: z.strictObject({ items: z.number(), complete: z.boolean() }).nullable().default(null),
  /** Why the items that were read back are in doubt; told again by whoever goes on after that. */
  doubt: z.string().nullable().default(null),
  /** It was put back while its journal could not be written (`restore/marks.ts`), and only its end is to be written down. */
  wentBack: z.enum(['whole', 'in doubt']).nullable().default(null),
  /** A putting back asks the table to empty itself, and has no answer yet, or will have none any more. */
  emptying: z.boolean().default(false),
  /** The table's files of data that came of a load; null of older releases, and before the first one. */
  loaded: z
    .array(z.strictObject({ name: z.string(), inode: z.number() }))
    .nullable()
    .default(null),
  /** Of a job that takes this one back: its id. */
  undoneBy: z.string().nullable(),
  /** Why it failed. */
  problem: z.string().nullable(),
});

const options = z.strictObject({
  schema: z.enum(['alternator', 'cql']),
  offline: z.boolean(),
  recreate: z.boolean(),
  noTableOptions: z.boolean(),
  strictViews: z.boolean(),
  nodeLocalOnly: z.boolean(),
  noSafetyCopy: z.boolean(),
  check: z.enum(['none', 'sample', 'full']),
});

export const jobSchema = z.strictObject({
  format: z.literal(JOB_FORMAT),
  id: z.string().regex(/^[A-Za-z0-9_-]{3,80}$/),
  command: z.enum(['restore', 'undo']),
  /** The job that an undo takes back. */
  of: z.string().nullable(),
  startedAt: time,
  /** Null while tables of it are neither as before nor done. */
  finishedAt: time.nullable(),
  /** Who started it. */
  by: z.strictObject({ user: z.string(), host: z.string() }),
  backupDirectory: z.string(),
  options,
  /** The plan as it was shown. */
  plan: z.array(z.string()),
  /** Steps of the job as a whole. */
  steps: z.array(step),
  tables: z.array(table),
});

export type Job = z.infer<typeof jobSchema>;
export type JobTable = z.infer<typeof table>;
export type JobSource = z.infer<typeof source>;
export type JobOptions = z.infer<typeof options>;
export type JobStep = z.infer<typeof step>;
export type StepName = (typeof STEPS)[number];
export type TableState = JobTable['state'];

/** Whether a table is perhaps neither as it was before nor as it should be. */
export const isUnfinished = ({ state }: JobTable): boolean =>
  state === 'working' || state === 'rolling back' || state === 'lost';

/** Whether anything of the database may have been changed for this table. */
export const isTouchedIn = ({ steps }: Pick<JobTable, 'steps'>): boolean =>
  steps.some(({ step: name }) => name === 'truncate' || name === 'remove' || name === 'create');

export const hasBegun = ({ steps }: { readonly steps: readonly JobStep[] }, name: StepName): boolean =>
  steps.some((each) => each.step === name);

/** Whether the step was done to its end, the last time that it was begun. */
export const hasEnded = ({ steps }: { readonly steps: readonly JobStep[] }, name: StepName): boolean =>
  (steps.findLast((each) => each.step === name)?.endedAt ?? null) !== null;

/** Whether the job stopped the service and did not start it again. */
export const leftServiceStopped = (job: Pick<Job, 'steps'>): boolean =>
  hasBegun(job, 'stop service') && !hasEnded(job, 'start service');

/**
 * Whether there is something for `resume`: a table in the middle, one that was not come to, a stopped service, or, where the run
 * died at its very end, files that nobody needs any more.
 */
export const isOpen = ({ finishedAt }: Pick<Job, 'finishedAt'>): boolean => finishedAt === null;

/** Whether `undo` can take something back. */
export const isUndoable = (job: Job): boolean =>
  job.tables.some((each) => isUnfinished(each) || (each.state === 'done' && canGoBack(each)));

/** A table that was done can be taken back where there was none before, or its copy was kept. */
export const canGoBack = ({ undoneBy, safetyCopy, action }: JobTable): boolean =>
  undoneBy === null && (action === 'create' || safetyCopy !== null);

/** Put back with a doubt, or with a removal that may come yet: its copy was kept, and can be loaded once more. */
export const keepsCopy = ({ state, undoneBy, safetyCopy }: JobTable): boolean =>
  state === 'undone' && undoneBy === null && safetyCopy !== null;

/** The tables that a journal which cannot be read names all the same; null where even that cannot be told. */
export function tablesNamedIn(text: string): readonly string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    const { tables } = z.looseObject({ tables: z.array(z.looseObject({ name: z.string() })) }).parse(value);
    return tables.map(({ name }) => name);
  } catch {
    // Whatever is wrong with it was told by `parseJob`.
    return null;
  }
}

/** A journal's text → the job. Throws an Error whose message says what is wrong with it. */
export function parseJob(text: string): Job {
  const value: unknown = JSON.parse(text);
  const parsed = jobSchema.safeParse(value);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  return parsed.data;
}
