import { putBack } from './put-back.js';
import type { Replacement } from './replace-table.js';
import { removeStaged } from './stage.js';
import type { RestoreTools } from './tools.js';

/**
 * The end of one table, good or bad: what fails is put back. The copy of the table before goes once the result was seen to
 * be good, and stays while there is a doubt.
 */
export async function settle(
  replacement: Replacement,
  tools: RestoreTools,
  work: () => Promise<'proven' | 'doubtful'>,
): Promise<void> {
  const { safety, staged, step } = replacement;
  try {
    const result = await tools.shield(() =>
      work().catch((error: unknown) => putBack(replacement, error, tools)),
    );
    if (!safety) return;
    if (result === 'proven') await removeStaged(safety.staged, tools);
    else
      tools.report.warn(
        `${step.name}: the table as it was before the restore is kept in ${safety.staged.directory}`,
      );
  } finally {
    await removeStaged(staged, tools);
  }
}
