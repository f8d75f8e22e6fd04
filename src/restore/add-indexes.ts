import { messageOf } from '../errors.js';
import { missingIndexes } from '../model/table-creation.js';
import type { TableDescription } from '../model/table-schema.js';
import { rule } from '../model/version-rules.js';
import { waitPatiently } from './load.js';
import type { LoadStep } from './plan.js';
import type { RestoreTools } from './tools.js';

/**
 * Gives a table that CQL has made the global indexes that it had: Scylla takes no CQL view of an Alternator index, and
 * CreateTable was not asked. One at a time; what this server refuses is a warning, for the data is there.
 */
export async function addMissingIndexes(
  { name, target }: LoadStep,
  saved: TableDescription,
  tools: RestoreTools,
): Promise<void> {
  const { engine, report } = tools;
  const live = async () => {
    const described = await engine.describe(name);
    return described.kind === 'table' ? described.record.schema.describe : undefined;
  };
  const present = await live();
  const missing = present ? missingIndexes(saved, present) : [];
  for (const addition of missing) {
    const { IndexName } = addition.index;
    if (!rule(target.server, 'gsi-by-update-table')) {
      report.warn(
        `Index ${IndexName} of ${name} cannot be had: this server adds none to a table that exists`,
      );
      continue;
    }
    try {
      await engine.addIndex(name, addition);
      report.info(`Index ${IndexName} added to ${name}`);
      await waitPatiently(`index ${IndexName} of ${name}`, tools, async () => {
        const indexes = (await live())?.GlobalSecondaryIndexes ?? [];
        const { IndexStatus = 'ACTIVE' } = indexes.find((index) => index.IndexName === IndexName) ?? {};
        return IndexStatus === 'ACTIVE' ? undefined : `it is ${IndexStatus}`;
      });
    } catch (error) {
      report.warn(`Index ${IndexName} of ${name} could not be added: ${messageOf(error)}`);
    }
  }
}
