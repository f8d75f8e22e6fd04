import { isOpen, isUndoable, keepsCopy, type Job, type JobTable } from '../model/job.js';

/** The jobs for people, the newest first. */
export function describeJobs(jobs: readonly Job[]): readonly string[] {
  if (jobs.length === 0) return ['No restore was done on this node.'];
  return [...jobs]
    .reverse()
    .flatMap((job) => [
      `${job.id}  ${title(job)}  ${job.startedAt}  by ${job.by.user}${hint(job)}`,
      ...job.tables.map((entry) => `  ${entry.name}: ${state(entry)}`),
    ]);
}

const title = ({ command, of }: Job): string => (of === null ? command : `${command} of ${of}`);

function hint(job: Job): string {
  if (isOpen(job)) return '  CUT OFF: resume or undo it';
  if (isUndoable(job)) return '  can be undone';
  return job.tables.some(keepsCopy) ? `  put back with a doubt: undo ${job.id} loads the copy once more` : '';
}

function state({ state: now, problem, undoneBy, safetyCopy, action }: JobTable): string {
  const parts = [
    undoneBy === null ? now : `${now}, undone by ${undoneBy}`,
    ...(now === 'done' && undoneBy === null && safetyCopy === null && action !== 'create'
      ? ['no copy of the table before is kept']
      : []),
    ...(safetyCopy === null ? [] : [`the table before is in ${safetyCopy}`]),
    ...(problem === null ? [] : [problem]),
  ];
  return parts.join('; ');
}
