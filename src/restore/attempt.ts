import { kindOf, KnownError, messageOf } from '../errors.js';
import type { TableBefore, TableOutcome } from '../model/outcome.js';
import { tellFailure } from '../terminal/tell-failure.js';
import type { DeleteStep, LoadStep, RestorePlan, RestoreStep } from './plan.js';
import { RestoreHalfMade, RestoreUndone } from './roll-back.js';
import type { RestoreTools } from './tools.js';

/** One table's failure stops nobody else; work that gives `doubtful` was done with a doubt. `part` leaves out the documented frame line that the other part prints. */
export async function attempt(
  step: RestoreStep,
  plan: Pick<RestorePlan, 'steps'>,
  { report, signal }: RestoreTools,
  work: (step: LoadStep | DeleteStep) => Promise<unknown>,
  part: 'all' | 'prepare' | 'finish' = 'all',
): Promise<TableOutcome> {
  const { name: table } = step;
  const isBatch = plan.steps.length > 1;
  try {
    if (part !== 'finish' && isBatch) report.info(`Processing table: ${table}`);
    if (part !== 'finish') report.info(`===== Start restore process for ${table} =====`);
    if (step.action === 'fail')
      throw new KnownError(step.kind, step.reason, {
        changed: step.changed ?? 'The table was not touched.',
      });
    const how = await work(step);
    if (part !== 'prepare') report.info(`===== Restore completed for ${table} =====`);
    if (part !== 'prepare' && isBatch) report.info(`✅ ${table} restored successfully`);
    return how === 'doubtful' ? { table, result: 'done', doubt: true } : { table, result: 'done' };
  } catch (error) {
    if (signal.aborted && isInterruption(error)) throw error;
    tellFailure(error, report);
    return {
      table,
      result: 'failed',
      error: messageOf(error),
      kind: kindOf(error),
      before: whatBecame(error),
    };
  }
}

const isInterruption = (error: unknown): boolean =>
  error instanceof KnownError && (error.kind === 'interrupted' || error.kind === 'terminated');

function whatBecame(error: unknown): TableBefore {
  if (error instanceof RestoreHalfMade) return 'half made';
  if (error instanceof RestoreUndone) return 'put back';
  return error instanceof KnownError && error.kind === 'lost' ? 'lost' : 'untouched';
}

/** The documented gap between two tables. */
export function gap(plan: Pick<RestorePlan, 'steps'>, { report }: RestoreTools): void {
  if (plan.steps.length > 1) report.say('');
}
