import type { Job } from '../model/job.js';
import type { TableName } from '../model/table-name.js';
import type { DamagedJournal, Journals } from '../restore/journals.js';
import { unfinishedJobOf } from '../restore/jobs-left.js';
import type { RestorePlan, RestoreStep } from '../restore/plan.js';
import { onNode } from './on-node.js';
import type { Tools } from './tools.js';

/** Tables that nobody may work on, with the sentence that says why and what helps. */
export type Unfinished = ReadonlyMap<TableName, string>;

/** What an interrupted restore has left in the middle: the sentence that says so, and which command helps. */
const unfinishedText = (table: string, { id }: Job): string =>
  `a restore of '${table}' was cut off, and what is in it now may not be all: ` +
  `alternator-backup resume ${id} finishes it, alternator-backup undo ${id} takes it back`;

/** A journal that cannot be read may be of a job that left its tables empty. */
const unknownText = (table: string, { file, problem }: DamagedJournal): string =>
  `the journal ${file} cannot be read (${problem}), so that nobody knows whether its job left '${table}' in the middle: ` +
  'use the release that wrote it, or move the file away when you have seen that the table is whole';

/** Of these tables those that one of the jobs left neither as before nor done, or may have left so. */
export function unfinishedOf(
  names: readonly TableName[],
  { jobs, damaged }: Awaited<ReturnType<Journals['list']>>,
): Unfinished {
  return new Map(
    names.flatMap((name) => {
      const job = unfinishedJobOf(jobs, name);
      if (job) return [[name, unfinishedText(name, job)] as const];
      const unread = damaged.find(({ tables }) => tables === null || tables.includes(name));
      return unread ? [[name, unknownText(name, unread)] as const] : [];
    }),
  );
}

/**
 * Tables that a dead run left neither as before nor done. Rejects with `busy` when that run is alive: it has the lock of the
 * node.
 */
export async function unfinishedTables(names: readonly TableName[], tools: Tools): Promise<Unfinished> {
  const look = () => unfinishedNow(names, tools);
  const found = await look();
  return found.size === 0 ? found : onNode('look', tools, look);
}

/** The same for somebody who has the lock of the node: what was asked for before may be out of date by then. */
export const unfinishedNow = async (names: readonly TableName[], { journals }: Tools): Promise<Unfinished> =>
  unfinishedOf(names, await journals.list());

/** A table in the middle of another restore cannot be restored before that is finished or taken back. */
export async function refuseUnfinished(
  plan: RestorePlan,
  tools: Tools,
  look: typeof unfinishedTables = unfinishedTables,
): Promise<RestorePlan> {
  const unfinished = await look(
    plan.steps.map(({ name }) => name),
    tools,
  );
  if (unfinished.size === 0) return plan;
  const steps = plan.steps.map((step): RestoreStep => {
    const reason = unfinished.get(step.name);
    return reason === undefined ? step : { action: 'fail', name: step.name, reason, kind: 'refused' };
  });
  return { ...plan, steps };
}
