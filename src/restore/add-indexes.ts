import { messageOf } from '../errors.js';
import { indexFacts } from '../model/index-facts.js';
import { missingIndexes, type CreationTarget, type IndexAddition } from '../model/table-creation.js';
import type { TableName } from '../model/table-name.js';
import type { TableDescription } from '../model/table-schema.js';
import { rule } from '../model/version-rules.js';
import { waitPatiently } from './load.js';
import type { RestoreTools } from './tools.js';

/**
 * Gives a table that CQL has made the global indexes that it had: Scylla takes no CQL view of an Alternator index, and
 * CreateTable was not asked. One at a time; what this server refuses is a warning, for the data is there. Gives the names of
 * the indexes that the table lacks in the end, local ones included, which only CreateTable makes. Rejects when the table
 * cannot be described.
 */
export async function addMissingIndexes(
  name: TableName,
  { server }: Pick<CreationTarget, 'server'>,
  saved: TableDescription,
  tools: RestoreTools,
): Promise<readonly string[]> {
  const { report } = tools;
  const before = await describeNow(name, tools);
  for (const addition of before ? missingIndexes(saved, before) : []) {
    if (rule(server, 'gsi-by-update-table')) await addIndex(name, addition, tools);
    else
      report.warn(
        `Index ${addition.index.IndexName} of ${name} cannot be had: this server adds none to a table that exists`,
      );
  }
  const present = indexFacts(await describeNow(name, tools));
  return [...indexFacts(saved).keys()].filter((index) => !present.has(index));
}

async function addIndex(name: TableName, addition: IndexAddition, tools: RestoreTools): Promise<void> {
  const { engine, report } = tools;
  const { IndexName } = addition.index;
  const seen: string[] = [];
  try {
    await engine.addIndex(name, addition);
    await waitPatiently(`index ${IndexName} of ${name}`, tools, async () => {
      const indexes = (await describeNow(name, tools))?.GlobalSecondaryIndexes ?? [];
      const found = indexes.find((index) => index.IndexName === IndexName);
      if (!found) return 'it is not there yet';
      seen.push(IndexName);
      const { IndexStatus = 'ACTIVE' } = found;
      return IndexStatus === 'ACTIVE' ? undefined : `it is ${IndexStatus}`;
    });
    if (seen.length > 0) report.info(`Index ${IndexName} added to ${name}`);
  } catch (error) {
    report.warn(`Index ${IndexName} of ${name} could not be added: ${messageOf(error)}`);
  }
}

async function describeNow(name: TableName, { engine }: RestoreTools): Promise<TableDescription | undefined> {
  const described = await engine.describe(name);
  return described.kind === 'table' ? described.record.schema.describe : undefined;
}
