import type { Job } from '../model/job.js';
import type { TableName } from '../model/table-name.js';
import { unfinishedJobOf } from '../restore/jobs-left.js';
import type { RestorePlan, RestoreStep } from '../restore/plan.js';
import { onNode } from './on-node.js';
import type { Tools } from './tools.js';

/** What an interrupted restore has left in the middle: the sentence that says so, and which command helps. */
export const unfinishedText = (table: string, { id }: Job): string =>
  `a restore of '${table}' was cut off, and what is in it now may not be all: ` +
  `alternator-backup resume ${id} finishes it, alternator-backup undo ${id} takes it back`;

/**
 * Tables that a dead run left neither as before nor done, with their jobs. Rejects with `busy` when that run is alive: it has
 * the lock of the node.
 */
export async function unfinishedTables(
  names: readonly TableName[],
  tools: Tools,
): Promise<ReadonlyMap<TableName, Job>> {
  const look = async () => {
    const { jobs } = await tools.journals.list();
    return new Map(
      names.flatMap((name) => {
        const job = unfinishedJobOf(jobs, name);
        return job ? [[name, job] as const] : [];
      }),
    );
  };
  const found = await look();
  return found.size === 0 ? found : onNode('look', tools, look);
}

/** A table in the middle of another restore cannot be restored before that is finished or taken back. */
export async function refuseUnfinished(plan: RestorePlan, tools: Tools): Promise<RestorePlan> {
  const unfinished = await unfinishedTables(
    plan.steps.map(({ name }) => name),
    tools,
  );
  if (unfinished.size === 0) return plan;
  const steps = plan.steps.map((step): RestoreStep => {
    const job = unfinished.get(step.name);
    return job
      ? { action: 'fail', name: step.name, reason: unfinishedText(step.name, job), kind: 'refused' }
      : step;
  });
  return { ...plan, steps };
}
