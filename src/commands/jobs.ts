import type { NodeIdentity } from '../engine/engine.js';
import { KnownError, type ErrorKind } from '../errors.js';
import {
  isOpen,
  isTouchedIn,
  isUndoable,
  keepsCopy,
  type Job,
  type JobSource,
  type JobTable,
} from '../model/job.js';
import { parseTableName } from '../model/table-name.js';
import { requestOf } from '../restore/job-of.js';
import { planOne, type FoundSource, type RestoreStep } from '../restore/plan.js';
import type { RestoreRequest } from '../restore/request.js';
import { isGoingBack, tablesLeft } from '../restore/resume.js';
import type { DamagedJournal } from '../restore/journals.js';
import { readSafetyCopy, type SafetyCopy } from '../restore/safety-copy.js';
import { jobSourceOf } from '../restore/source.js';
import { savedOfCopy } from '../restore/saved-of-copy.js';
import { findBackup, factsOf } from './restore-facts.js';
import type { Tools } from './tools.js';

/** The job of that id, or the newest one of which something is left to be done. */
export async function chooseJob(
  id: string | undefined,
  what: 'resume' | 'undo',
  { journals }: Pick<Tools, 'journals'>,
): Promise<Job> {
  const fits = what === 'resume' ? isOpen : isUndoable;
  // What was put back with a doubt is put back once more for whoever names it, and for nobody else.
  const fitsNamed = (job: Job) => fits(job) || (what === 'undo' && job.tables.some(keepsCopy));
  if (id !== undefined) {
    if (!/^[A-Za-z0-9_-]{3,80}$/.test(id)) throw nothing(`'${id}' is not the id of a job`);
    const job = await journals.read(id);
    if (!fitsNamed(job)) throw nothing(whyNot(job, what));
    return job;
  }
  const { jobs, damaged } = await journals.list();
  // It may be the newest of all: an older one on top of it would replace what nobody meant.
  if (damaged.length > 0) throw nothing(`${unread(damaged)}. Name the job to ${what}`);
  const job = jobs.findLast(fits);
  if (job) return job;
  throw nothing(what === 'resume' ? 'No restore was cut off' : 'No restore can be taken back');
}

const unread = (damaged: readonly DamagedJournal[]): string =>
  damaged
    .map(
      ({ file, problem }) =>
        `The journal ${file} cannot be read, so that nobody knows what its job has done: ${problem}`,
    )
    .join('; ');

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
  asked: RestoreRequest,
  node: NodeIdentity,
  tools: Tools,
): Promise<RestoreStep> {
  const name = parseTableName(entry.name);
  const fail = (reason: string, more: { readonly kind?: ErrorKind; readonly changed?: string } = {}) =>
    ({ action: 'fail', name, reason, kind: 'refused', ...more }) as const;
  const found = await sourceOf(entry, job, tools);
  const facts = await factsOf(name, found, tools);
  const live = facts.live.kind === 'table' ? facts.live.record : undefined;
  // As when it was planned: a copy says itself by what its table can be made again.
  const isCopy = 'source' in found && found.source.kind === 'copy';
  const request = isCopy ? { ...asked, schema: found.source.copy.way } : asked;

  if (!isTouchedIn(entry)) {
    const isSame = (live?.id ?? null) === entry.liveId;
    const another = `the table '${name}' is not as it was when job ${job.id} was planned: start anew, and look at the plan`;
    if (entry.source.kind === 'nothing')
      return live && isSame ? { action: 'delete', name, job: entry.source.job, live } : fail(another);
    const step = planOne(facts, request, node);
    if (step.action === 'fail') return step;
    // Nobody was asked whether this one may be replaced, nor whether one that may be emptied may be made anew.
    return isSame && step.action === entry.action ? step : fail(another);
  }
  const changed = `Table '${name}' is as job ${job.id} left it; alternator-backup undo ${job.id} takes it back.`;
  // The table that was there is the one of the safety copy, whatever is there now.
  const copy = entry.safetyCopy === null ? undefined : await copyOrWhyNot(entry.safetyCopy);
  if (copy instanceof KnownError) return fail(copy.message, { kind: copy.kind, changed });
  if (entry.source.kind === 'nothing') {
    return copy
      ? { action: 'delete', name, job: entry.source.job, live: copy.record }
      : fail('its safety copy is gone', { changed });
  }
  const present = live?.id === entry.liveId ? live : undefined;
  const record = copy?.record ?? present;
  const step = planOne(
    { ...facts, live: record ? { kind: 'table', record } : { kind: 'missing' }, neighbours: [] },
    request,
    node,
  );
  if (step.action === 'fail') return { ...step, changed };
  if (step.action === 'delete' || entry.action === 'delete') throw new Error('a source is loaded');
  return { ...step, action: entry.action };
}

/** A copy that cannot be used fails its own table only: the reason is given, not thrown. */
export const copyOrWhyNot = (directory: string): Promise<SafetyCopy | KnownError> =>
  readSafetyCopy(directory).catch((error: unknown) => {
    if (error instanceof KnownError) return error;
    throw error;
  });

/** The same source as then, byte for byte, or the reason why not. */
async function sourceOf({ name, source }: JobTable, job: Job, tools: Tools): Promise<FoundSource> {
  switch (source.kind) {
    case 'nothing':
      return { problem: 'there is nothing to load', kind: 'refused' };
    case 'copy': {
      const copy = await copyOrWhyNot(source.directory);
      if (copy instanceof KnownError) return { problem: copy.message, kind: copy.kind };
      return { source: { kind: 'copy', job: source.job, copy }, saved: savedOfCopy(copy) };
    }
    case 'backup': {
      const table = parseTableName(source.table);
      const found = await findBackup(table, source.label ?? undefined, parseTableName(name), tools);
      const elsewhere =
        job.backupDirectory === tools.settings.backupDirectory
          ? ''
          : `; the job had --backup-dir ${job.backupDirectory}`;
      if ('problem' in found) return { ...found, problem: `${found.problem}${elsewhere}` };
      const isSame = await jobSourceOf(found.source).then(
        (now) => isSameSource(source, now),
        (error: unknown) => {
          if (!(error instanceof KnownError)) throw error;
          return false;
        },
      );
      const isKnown = source.checksum !== null || source.archive !== null;
      const problem = isKnown
        ? `the backup of '${table}' is another one than when the job began${elsewhere}`
        : `the backup of '${table}' has no manifest, and the release that began the job did not note which archive it was: ` +
          `nobody can tell whether it is still the same${elsewhere}`;
      return isSame ? found : { problem, kind: 'refused' };
    }
  }
}

/** By the digests of its manifest; a folder without one is the same where its archive was not written since. */
function isSameSource(then: JobSource, now: JobSource): boolean {
  if (then.kind !== 'backup' || now.kind !== 'backup' || then.checksum !== now.checksum) return false;
  if (then.checksum !== null) return true;
  return (
    then.archive !== null &&
    then.folder === now.folder &&
    then.archive.size === now.archive?.size &&
    then.archive.mtimeMs === now.archive.mtimeMs
  );
}
