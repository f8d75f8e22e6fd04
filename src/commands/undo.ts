import { EXIT_CODES, KnownError, type ErrorKind, type ExitCode } from '../errors.js';
import { canGoBack, isUndoable, keepsCopy, type Job, type JobTable } from '../model/job.js';
import { newRunId } from '../model/run-id.js';
import { exitCodeOf, type TableOutcome, warningLines } from '../model/outcome.js';
import { parseTableName, type TableName } from '../model/table-name.js';
import { journalOf } from '../restore/journal.js';
import { describePlan } from '../restore/describe-plan.js';
import { requestOf } from '../restore/job-of.js';
import type { RestorePlan, RestoreStep } from '../restore/plan.js';
import { planUndo } from '../restore/plan-undo.js';
import type { RestoreRequest } from '../restore/request.js';
import { startLeftService, tablesLeft, takeBackUnfinished } from '../restore/resume.js';
import { runRestore } from '../restore/run.js';
import { describeJobs } from './describe-jobs.js';
import { exitCodeAfter, tellInterruption, wishToStop } from './interruption.js';
import { chooseJob, copyOrWhyNot } from './jobs.js';
import { onNode } from './on-node.js';
import type { Tools } from './tools.js';
import { unfinishedOf, type Unfinished } from './unfinished-jobs.js';

export interface UndoFlags {
  /** The newest one that can be taken back without it. */
  readonly job?: string;
  /** Show the jobs of this node, and stop. */
  readonly list?: boolean;
  /** Show what would be done, and stop. */
  readonly dryRun?: boolean;
}

/** Puts back what a restore has replaced. Asks nothing: it can be taken back itself. */
export async function undoCommand(flags: UndoFlags, tools: Tools): Promise<ExitCode> {
  if (flags.list === true) return listJobs(tools);
  const { id } = await chooseJob(flags.job, 'undo', tools);
  if (flags.dryRun === true) {
    await tools.engine.verifyReady();
    const job = await chooseJob(id, 'undo', tools);
    tools.report.say(`Undo of job ${id}:`);
    for (const { name } of tablesLeft(job))
      tools.report.say(`  put ${name} back, which was left in the middle`);
    const { plan, gone } = await planOf(job, entriesOf(job), tools);
    for (const table of gone) tools.report.say(`  ${asBefore(table, id)}`);
    for (const line of describePlan(plan)) tools.report.say(line);
    return EXIT_CODES.done;
  }
  const outcomes = await onNode('undo', tools, () => takeBack(id, tools));
  return tell(id, outcomes, tools);
}

async function takeBack(id: string, tools: Tools): Promise<readonly TableOutcome[]> {
  const { report, engine, settings } = tools;
  const restoreTools = { ...tools, shownRoot: settings.shownBackupDirectory };
  const job = await startLeftService(await chooseJob(id, 'undo', tools), restoreTools);
  report.info(`Undoing job ${id}`);
  await engine.verifyReady();
  const cutOff = tablesLeft(job).length > 0 ? await takeBackUnfinished(job, restoreTools) : [];

  const now = await tools.journals.read(id);
  // What was put back just now, with a doubt, is not put back once more at once.
  const { plan, gone } = await planOf(now, isUndoable(job) ? finishedOf(now) : entriesOf(now), tools);
  const missing = await closeMissing(now, gone, tools);
  if (plan.steps.length === 0) return [...cutOff, ...missing];
  for (const line of describePlan(plan)) report.info(line.trim());
  const outcomes = await runRestore(plan, restoreTools, { command: 'undo', of: id });
  return [...cutOff, ...missing, ...outcomes];
}

/** Of the job's journal: nothing of them can be taken back any more, and older jobs come to their turn. */
async function closeMissing(
  job: Job,
  gone: readonly TableName[],
  tools: Tools,
): Promise<readonly TableOutcome[]> {
  const journal = journalOf(job, tools);
  for (const table of gone) {
    await journal.of(table).note({ state: 'undone', problem: 'it was gone already' });
    tools.report.info(asBefore(table, job.id));
  }
  return gone.map((table) => ({ table, result: 'done' }));
}

/** What is to be done for the tables that the job had finished. */
interface UndoPlan {
  readonly plan: RestorePlan;
  /** Tables that the job made and somebody deleted since: they are as before, and nothing is to be done. */
  readonly gone: readonly TableName[];
}

/** Tables that the job had finished. */
const finishedOf = ({ tables }: Job): readonly JobTable[] =>
  tables.filter((entry) => entry.state === 'done' && canGoBack(entry));

/** The same, or where there is nothing else, those that were put back with a doubt: their copies are loaded once more. */
const entriesOf = (job: Job): readonly JobTable[] =>
  isUndoable(job) ? finishedOf(job) : job.tables.filter(keepsCopy);

async function planOf(job: Job, entries: readonly JobTable[], tools: Tools): Promise<UndoPlan> {
  const { engine, clock } = tools;
  const now = clock.now();
  const node = await engine.identify();
  const request: RestoreRequest = {
    ...requestOf(job),
    tables: [],
    offline: false,
    recreate: false,
    noTableOptions: false,
    noSafetyCopy: false,
  };
  const unfinished = await unfinishedInOthers(job, tools);
  const steps: RestoreStep[] = [];
  const gone: TableName[] = [];
  for (const entry of entries) {
    const name = parseTableName(entry.name);
    const fail = (reason: string, kind: ErrorKind) => steps.push({ action: 'fail', name, reason, kind });
    const reason = unfinished.get(name);
    if (reason !== undefined) {
      fail(reason, 'refused');
      continue;
    }
    const live = await engine.describe(name);
    if (live.kind === 'missing' && entry.safetyCopy === null) {
      gone.push(name);
      continue;
    }
    const neighbours = await engine.neighbours(name);
    const copy = entry.safetyCopy === null ? undefined : await copyOrWhyNot(entry.safetyCopy);
    if (copy instanceof KnownError) fail(copy.message, copy.kind);
    else {
      const step = planUndo({ job: job.id, entry, name, copy, live, neighbours }, request, node);
      const isForeign = step.action === 'fail' && copy === undefined;
      steps.push(isForeign ? { ...step, reason: `${step.reason}${await olderHint(job, tools)}` } : step);
    }
  }
  return { plan: { runId: newRunId(now), startedAt: now, node, request, offline: false, steps }, gone };
}

/** Somebody else's table stays, and this job with it: an older one is only come to by its name. */
async function olderHint({ id }: Job, { journals }: Tools): Promise<string> {
  const { jobs } = await journals.list();
  const older = jobs.slice(
    0,
    jobs.findIndex((job) => job.id === id),
  );
  const next = older.findLast(isUndoable);
  return next ? `, and stays; alternator-backup undo ${next.id} takes back the job before this one` : '';
}

/**
 * A table that another job left in the middle is first put right there. A journal that cannot be read at all, and may be about
 * any table, was warned of: whoever names the job to take back has decided.
 */
async function unfinishedInOthers(job: Job, { journals }: Tools): Promise<Unfinished> {
  const { jobs, damaged } = await journals.list();
  return unfinishedOf(
    job.tables.map(({ name }) => parseTableName(name)),
    {
      jobs: jobs.filter(({ id }) => id !== job.id),
      damaged: damaged.filter(({ tables }) => tables !== null),
    },
  );
}

const asBefore = (table: string, id: string): string =>
  `Table ${table}, which job ${id} made, is not there any more: it is as it was before`;

function tell(id: string, outcomes: readonly TableOutcome[], { report, signal }: Tools): ExitCode {
  const wish = wishToStop(signal);
  report.say('');
  for (const outcome of outcomes) report.say(lastWord(id, outcome));
  for (const line of warningLines(report.warnings)) report.say(line);
  const isRefused =
    outcomes.length > 0 &&
    outcomes.every((outcome) => outcome.result === 'failed' && outcome.before === 'untouched');
  const failed = isRefused ? EXIT_CODES.refused : exitCodeOf(outcomes);
  const ended = failed === EXIT_CODES.done && report.warnings.length > 0 ? EXIT_CODES.warnings : failed;
  const exitCode = wish ? exitCodeAfter(wish, outcomes) : ended;
  if (wish) tellInterruption('undo', wish, outcomes, report);
  report.summary({
    command: 'undo',
    job: id,
    exitCode,
    outcomes,
    warnings: report.warnings,
    ...(wish ? { error: wish.message } : {}),
  });
  return exitCode;
}

function lastWord(id: string, outcome: TableOutcome): string {
  const { table, result } = outcome;
  if (result === 'skipped')
    return `Table '${table}' was not come to: alternator-backup undo ${id} goes on with it`;
  if (result === 'failed') return `❌ Table '${table}' could not be put back`;
  return outcome.doubt
    ? `⚠️  Table '${table}' is there, but whether it is as before job ${id} is in doubt: see the warnings`
    : `✅ Table '${table}' is as it was before job ${id}`;
}

async function listJobs({ journals, report }: Tools): Promise<ExitCode> {
  const { jobs, damaged } = await journals.list();
  for (const line of describeJobs(jobs)) report.say(line);
  for (const { file, problem } of damaged) report.warn(`The journal ${file} cannot be read: ${problem}`);
  const exitCode = damaged.length > 0 ? EXIT_CODES.warnings : EXIT_CODES.done;
  report.summary({ command: 'undo', jobs, exitCode });
  return exitCode;
}
