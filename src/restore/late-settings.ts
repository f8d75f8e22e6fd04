import { messageOf } from '../errors.js';
import { planCreation, type CreationTarget, type TableCreation } from '../model/table-creation.js';
import type { TableName } from '../model/table-name.js';
import type { TableSchema, Tag } from '../model/table-schema.js';
import type { SchemaWay } from './request.js';
import type { RestoreTools } from './tools.js';

/**
 * What a table has that can be set only after its data is there, unless it has it already (CQL may have made it so). What
 * this server refuses is a warning: the data is back, and that is what counts.
 */
export async function setLateSettings(
  name: TableName,
  schema: TableSchema,
  { target, way }: { readonly target: CreationTarget; readonly way: SchemaWay },
  tools: Pick<RestoreTools, 'engine' | 'report'>,
): Promise<void> {
  const { engine, report } = tools;
  const { timeToLive, stream, tagsAfter, input } = planCreation(schema, name, target);
  // CQL gives a table its tags only where DESC told them (`scylla_tags`, not of Scylla up to 5.1).
  const tags = tagsAfter ?? (way === 'cql' ? input.Tags : undefined);
  if (timeToLive === undefined && stream === undefined && tags === undefined) return;
  const live = await creationOfLive(name, tools);
  const set = async (what: string, work: () => Promise<void>) => {
    await work().catch((error: unknown) => {
      report.warn(`The ${what} of ${name} could not be set: ${messageOf(error)}`);
    });
  };
  if (tags !== undefined && (tagsAfter !== undefined || !sameTags(tags, live?.input.Tags ?? [])))
    await set('tags', () => engine.setTags(name, tags));
  if (timeToLive !== undefined && live?.timeToLive !== timeToLive)
    await set(`time to live (${timeToLive})`, () => engine.setTimeToLive(name, timeToLive));
  if (stream !== undefined && live?.stream !== stream)
    await set(`stream (${stream})`, () => engine.enableStream(name, stream));
}

const sameTags = (some: readonly Tag[], others: readonly Tag[]): boolean =>
  some.length === others.length &&
  some.every(({ Key, Value }) => others.some((other) => other.Key === Key && other.Value === Value));

/** The data is back by now: settings that cannot be read take nothing away. All are set then. */
async function creationOfLive(
  name: TableName,
  { engine, report }: Pick<RestoreTools, 'engine' | 'report'>,
): Promise<TableCreation | undefined> {
  try {
    const described = await engine.describe(name);
    return described.kind === 'table' ? planCreation(described.record.schema, name) : undefined;
  } catch (error) {
    report.warn(`The settings of ${name} could not be read: ${messageOf(error)}`);
    return undefined;
  }
}
