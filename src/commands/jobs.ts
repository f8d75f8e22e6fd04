import { KnownError } from '../errors.js';
import { isOpen, isUndoable, type Job } from '../model/job.js';
import { parseTableName } from '../model/table-name.js';
import { requestOf } from '../restore/job-of.js';
import { planOne, type FoundSource, type RestoreStep } from '../restore/plan.js';
import type { RestoreRequest } from '../restore/request.js';
import { isGoingBack, tablesLeft } from '../restore/resume.js';
import { readSafetyCopy } from '../restore/safety-copy.js';
import { savedOfCopy } from '../restore/saved-of-copy.js';
import { isTouchedIn, type JobTable } from '../model/job.js';
import { findBackup, factsOf } from './restore-facts.js';
import type { Tools } from './tools.js';

/** The job of that id, or the newest one of which something is left to be done. */
export async function chooseJob(
  id: string | undefined,
  what: 'resume' | 'undo',
  { journals }: Pick<Tools, 'journals'>,
): Promise<Job> {
  const fits = what === 'resume' ? isOpen : isUndoable;
  if (id !== undefined) {
    if (!/^[A-Za-z0-9_-]{3,80}$/.test(id)) throw nothing(`'${id}' is not the id of a job`);
    const job = await journals.read(id);
    if (!fits(job)) throw nothing(whyNot(job, what));
    return job;
  }
  const { jobs, damaged } = await journals.list();
  const job = jobs.findLast(fits);
  if (job) return job;
  const unread = damaged.map(({ file, problem }) => `; ${file} cannot be read: ${problem}`).join('');
  throw nothing(
    what === 'resume' ? `No restore was cut off${unread}` : `No restore can be taken back${unread}`,
  );
}

const whyNot = ({ id, tables }: Job, what: 'resume' | 'undo'): string => {
  const states = tables.map(
    ({ name, state, undoneBy }) => `${name}: ${undoneBy ? `undone by ${undoneBy}` : state}`,
  );
  const verb = what === 'resume' ? 'finished' : 'taken back';
  return `Nothing of job ${id} is left to be ${verb} (${states.join(', ')})`;
};

const nothing = (message: string): KnownError =>
  new KnownError('refused', message, {
    changed: 'Nothing was done.',
    hint: 'alternator-backup undo --list shows the jobs of this node.',
  });

/** What is left of a job that was cut off, planned as it was planned then. */
export async function stepsLeft(job: Job, tools: Tools): Promise<readonly RestoreStep[]> {
  const request: RestoreRequest = { ...requestOf(job), tables: [] };
  const node = await tools.engine.identify();
  const steps: RestoreStep[] = [];
  for (const entry of tablesLeft(job)) {
    if (!isGoingBack(entry)) steps.push(await stepOf(entry, job, request, node, tools));
  }
  return steps;
}

async function stepOf(
  entry: JobTable,
  job: Job,
  request: RestoreRequest,
  node: Awaited<ReturnType<Tools['engine']['identify']>>,
  tools: Tools,
): Promise<RestoreStep> {
  const name = parseTableName(entry.name);
  const unfinished = `Table '${name}' is as job ${job.id} left it; alternator-backup undo ${job.id} takes it back.`;
  const found = await sourceOf(entry, job, tools);
  const facts = await factsOf(name, found, tools);
  if (!isTouchedIn(entry)) {
    if (entry.source.kind !== 'nothing') return planOne(facts, request, node);
    return facts.live.kind === 'table' && facts.live.record.id === entry.liveId
      ? { action: 'delete', name, job: entry.source.job, live: facts.live.record }
      : { action: 'fail', name, reason: `the table '${name}' is another one by now`, kind: 'refused' };
  }
  // The table that was there is the one of the safety copy, whatever is there now.
  const before = entry.safetyCopy === null ? undefined : (await readSafetyCopy(entry.safetyCopy)).record;
  if (entry.source.kind === 'nothing') {
    return before
      ? { action: 'delete', name, job: entry.source.job, live: before }
      : { action: 'fail', name, reason: 'its safety copy is gone', kind: 'refused', changed: unfinished };
  }
  const present = entry.action === 'reload' && facts.live.kind === 'table' ? facts.live.record : undefined;
  const record = before ?? present;
  const step = planOne(
    { ...facts, live: record ? { kind: 'table', record } : { kind: 'missing' }, neighbours: [] },
    request,
    node,
  );
  if (step.action === 'fail') return { ...step, changed: unfinished };
  if (step.action === 'delete' || entry.action === 'delete') throw new Error('a source is loaded');
  return { ...step, action: entry.action };
}

/** The same source as then, byte for byte, or the reason why not. */
async function sourceOf({ name, source }: JobTable, job: Job, tools: Tools): Promise<FoundSource> {
  switch (source.kind) {
    case 'nothing':
      return { problem: 'there is nothing to load', kind: 'refused' };
    case 'copy': {
      const copy = await readSafetyCopy(source.directory);
      return { source: { kind: 'copy', job: source.job, copy }, saved: savedOfCopy(copy) };
    }
    case 'backup': {
      const table = parseTableName(source.table);
      const found = await findBackup(table, source.label ?? undefined, parseTableName(name), tools);
      if ('problem' in found) {
        const elsewhere =
          job.backupDirectory === tools.settings.backupDirectory
            ? ''
            : `; the job had --backup-dir ${job.backupDirectory}`;
        return { ...found, problem: `${found.problem}${elsewhere}` };
      }
      const { source: there } = found;
      const checksum =
        there.kind === 'backup' && there.backup.kind === 'manifest' ? there.backup.manifest.checksum : null;
      return checksum === source.checksum
        ? found
        : { problem: `the backup of '${table}' is another one than when the job began`, kind: 'refused' };
    }
  }
}
