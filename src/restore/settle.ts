import type { LoadStep, RestorePlan } from './plan.js';
import { putBack } from './put-back.js';
import { prepareTable, removeSafetyCopy, removeStaged, type Replacement } from './replace-table.js';
import type { SafetyCopy } from './safety-copy.js';
import type { RestoreTools } from './tools.js';

/** A table proven, copied and emptied; what fails after the emptying was put back already. */
export const prepare = (step: LoadStep, plan: RestorePlan, tools: RestoreTools): Promise<Replacement> =>
  prepareTable(step, plan, tools, (safety: SafetyCopy | undefined, failure: unknown) =>
    putBack(step, safety, failure, tools),
  );

/** The end of one table, good or bad: what fails is put back, and nothing is left in the work directory. */
export async function settle(
  replacement: Replacement,
  tools: RestoreTools,
  work: () => Promise<void>,
): Promise<void> {
  const { step, safety, staged } = replacement;
  try {
    await work().catch((error: unknown) => putBack(step, safety, error, tools));
    await removeSafetyCopy(replacement);
  } finally {
    await removeStaged(staged);
  }
}
