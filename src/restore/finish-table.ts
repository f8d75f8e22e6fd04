import { KnownError, messageOf } from '../errors.js';
import { grantsWithout, type Grant } from '../model/grant.js';
import { notCompared, schemaDrift } from '../model/schema-drift.js';
import { schemaOfTable } from '../model/schema-record.js';
import type { TableSchema } from '../model/table-schema.js';
import { addMissingIndexes } from './add-indexes.js';
import { giveGrantsBack } from './grants.js';
import { setLateSettings } from './late-settings.js';
import { waitForIndexes, waitForViews } from './load.js';
import { makeViews } from './make-views.js';
import type { LoadStep } from './plan.js';
import { judgeReadBack } from './read-back.js';
import { readItems } from './read-items.js';
import type { Replacement } from './replace-table.js';
import { sampleOf } from './source.js';
import { putStreamOptionsBack } from './table-options.js';
import type { RestoreTools } from './tools.js';

/** After the load: items, indexes, settings, comparison. All of it can be done again where it was cut off. */
export async function finishTable(
  replacement: Replacement,
  tools: RestoreTools,
): Promise<'proven' | 'doubtful'> {
  const { step, book } = replacement;
  const result = await book.step('read back', () => judgeItems(replacement, tools));
  const ofTheMaker = await book.step('settings', () => completeTable(replacement, tools));
  await book.step('compare', () => tellDrift(step, ofTheMaker, tools));
  return result;
}

/** Indexes, and what can be set only now. Gives the grants that the server made for whoever made the table. */
async function completeTable(
  { step, record, safety }: Replacement,
  tools: RestoreTools,
): Promise<readonly Grant[]> {
  await waitForIndexes(record, tools);
  if (step.way === 'cql') {
    await makeViews(step, tools);
    await waitForViews(record, tools);
    if (step.saved.alternator) await addIndexesAfterCql(step, step.saved.alternator, tools);
  }
  const { alternator, record: saved } = step.saved;
  if (alternator) {
    await setLateSettings(step.name, alternator, step.target, tools).catch((error: unknown) => {
      tools.report.warn(
        `Tags, time to live and stream of ${step.name} may not be as saved: ${messageOf(error)}`,
      );
    });
    if (step.tableOptions) await putStreamOptionsBack(saved, step.name, tools);
  }
  // The table was kept, and its grants with it.
  if (step.action === 'reload') return [];
  // Of a backup that does not know them, those of the table that was there are the best that can be had.
  const grants = saved.grants ?? safety?.record.grants;
  return giveGrantsBack(step.name, { grants, newKeyspace: step.way === 'cql' }, tools);
}

/** The data is back by now. */
async function addIndexesAfterCql(step: LoadStep, saved: TableSchema, tools: RestoreTools): Promise<void> {
  await addMissingIndexes(step, saved.describe, tools).catch((error: unknown) => {
    tools.report.warn(`The indexes of ${step.name} may not be as saved: ${messageOf(error)}`);
  });
}

/** The result is judged by reading the items back. */
async function judgeItems(
  { step, staged }: Replacement,
  tools: RestoreTools,
): Promise<'proven' | 'doubtful'> {
  const { report } = tools;
  if (step.check === 'none') return 'proven';
  const seen = await readItems(step.name, tools);
  const judgement = judgeReadBack({ sstables: staged.sstables, sample: sampleOf(step.source) }, seen);
  if (judgement.verdict === 'bad')
    throw new KnownError('database', `The data of '${step.name}' is not there: ${judgement.why}`);
  report.info(`Read back ${seen.complete ? 'all' : 'a sample of'} ${seen.items} items of ${step.name}`);
  if (judgement.verdict === 'good') return 'proven';
  report.warn(`${step.name}: ${judgement.why}`);
  return 'doubtful';
}

/**
 * The data is back by now: a schema that cannot be read is a warning. What the server granted to the role that restores is no
 * drift of the table's.
 */
async function tellDrift(
  { name, saved }: LoadStep,
  ofTheMaker: readonly Grant[],
  { engine, report }: RestoreTools,
): Promise<void> {
  try {
    const described = await engine.describe(name);
    if (described.kind !== 'table')
      throw new KnownError('database', `it is ${described.kind} after its restore`);
    const live = schemaOfTable(described.record);
    const grants = live.grants && grantsWithout(live.grants, ofTheMaker);
    for (const line of schemaDrift(saved.record, { ...live, grants }))
      report.warn(`settings drift: ${name}: ${line}`);
    // What a folder of the documented scripts lacks was told before; what a manifest should have, and has not, is news.
    const untold = saved.alternator ? notCompared(saved.record, live) : [];
    if (untold.length > 0)
      report.warn(
        `${name}: not compared, since the backup or the server does not tell: ${untold.join('; ')}`,
      );
  } catch (error) {
    report.warn(`The schema of ${name} could not be compared: ${messageOf(error)}`);
  }
}
