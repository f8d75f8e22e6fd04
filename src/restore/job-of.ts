import { hostname, userInfo } from 'node:os';
import { JOB_FORMAT, type Job, type JobOptions, type JobTable } from '../model/job.js';
import { describePlan } from './describe-plan.js';
import type { RestorePlan, RestoreStep } from './plan.js';
import type { RestoreRequest } from './request.js';
import { jobSourceOf } from './source.js';

/** What is to be done, as the journal keeps it from the first moment on. */
export async function jobOf(
  plan: RestorePlan,
  command: Job['command'],
  of: string | null,
  backupDirectory: string,
): Promise<Job> {
  return {
    format: JOB_FORMAT,
    id: plan.runId,
    command,
    of,
    startedAt: plan.startedAt.toISOString(),
    finishedAt: null,
    by: { user: process.env['SUDO_USER'] ?? userInfo().username, host: hostname() },
    backupDirectory,
    options: optionsOf(plan.request),
    plan: [...describePlan(plan)],
    steps: [],
    tables: await Promise.all(plan.steps.flatMap((step) => (step.action === 'fail' ? [] : [entryOf(step)]))),
  };
}

const optionsOf = (request: RestoreRequest): JobOptions => ({
  schema: request.schema,
  offline: request.offline,
  recreate: request.recreate,
  noTableOptions: request.noTableOptions,
  strictViews: request.strictViews,
  nodeLocalOnly: request.nodeLocalOnly,
  noSafetyCopy: request.noSafetyCopy,
  check: request.check,
});

const entryOf = async (step: Exclude<RestoreStep, { readonly action: 'fail' }>): Promise<JobTable> => ({
  name: step.name,
  action: step.action,
  source: step.action === 'delete' ? { kind: 'nothing', job: step.job } : await jobSourceOf(step.source),
  state: 'waiting',
  steps: [],
  liveId: step.live?.id ?? null,
  madeId: null,
  staged: null,
  safetyCopy: null,
  itemsBefore: null,
  emptying: false,
  loaded: null,
  doubt: null,
  wentBack: null,
  undoneBy: null,
  problem: null,
});

/** The request that a job was made of, for the tables of it that are left. */
export const requestOf = ({ options }: Job): Omit<RestoreRequest, 'tables'> => ({
  ...options,
  from: undefined,
  as: undefined,
  replace: true,
});
