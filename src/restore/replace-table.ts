import { KnownError, messageOf } from '../errors.js';
import { grantsWithout, type Grant } from '../model/grant.js';
import { notCompared, schemaDrift } from '../model/schema-drift.js';
import { schemaOfTable } from '../model/schema-record.js';
import type { TableRecord } from '../model/table-record.js';
import type { TableSchema } from '../model/table-schema.js';
import { addMissingIndexes } from './add-indexes.js';
import { expectUnchanged } from './expect-unchanged.js';
import { expectFit, expectFitOf, wayBack } from './fit.js';
import { giveGrantsBack } from './grants.js';
import { setLateSettings } from './late-settings.js';
import { loadFiles, placeFiles, waitForIndexes, waitForViews } from './load.js';
import { makeTable, makeViews } from './make-table.js';
import type { LoadStep, RestorePlan } from './plan.js';
import { putBack } from './put-back.js';
import { judgeReadBack } from './read-back.js';
import { readItems } from './read-items.js';
import { takeSafetyCopy, type SafetyCopy } from './safety-copy.js';
import { giveToServer, removeStaged, stageBackup, type Staged } from './stage.js';
import type { RestoreTools } from './tools.js';
import { isTouched, untouched, type Touched } from './touched.js';

/** A table that was made anew and waits for its data. */
export interface Replacement {
  readonly step: LoadStep;
  readonly staged: Staged;
  readonly safety: SafetyCopy | undefined;
  readonly touched: Touched;
  readonly record: TableRecord;
}

/** Proves the backup, keeps a copy of the present table, and only then puts an empty one in its place. */
export async function prepareTable(
  step: LoadStep,
  plan: RestorePlan,
  tools: RestoreTools,
): Promise<Replacement> {
  const staged = await stageBackup(step, plan, tools);
  const touched = untouched();
  let safety: SafetyCopy | undefined;
  try {
    const held = await expectFit(step, staged);
    const present = await expectUnchanged(step, tools);
    if (present) {
      safety = await takeSafetyCopy(present, plan, tools);
      safety = { ...safety, way: await wayBack(step, safety) };
    }
    tools.signal.throwIfAborted();
    // From here on there is no good place to stop: what fails is put back.
    const record = await tools.shield(() => makeTable(step, touched, tools));
    expectFitOf(held, record);
    return { step, staged, safety, touched, record };
  } catch (error) {
    await removeStaged(staged, tools);
    if (isTouched(touched)) return await tools.shield(() => putBack({ step, safety, touched }, error, tools));
    if (safety) await removeStaged(safety.staged, tools);
    throw error;
  }
}

/** Puts the proven files where the server looks for them. */
export async function placeTable({ staged, record }: Replacement, tools: RestoreTools): Promise<void> {
  const directory = await tools.engine.tableDirectory(record);
  await giveToServer(staged, directory);
  await placeFiles(directory, staged, tools);
}

/**
 * Loads the files, then looks: at the items, the indexes and the schema. Gives a doubt about the items, if there is one:
 * the copy of the table before is kept then.
 */
export async function finishTable(
  replacement: Replacement,
  tools: RestoreTools,
): Promise<'proven' | 'doubtful'> {
  const { step, record } = replacement;
  await loadFiles(record, step.stream, tools);
  const result = await judgeItems(replacement, tools);
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
  }
  // Of a backup that does not know them, those of the table that was there are the best that can be had.
  const grants = saved.grants ?? replacement.safety?.record.grants;
  const wanted = { grants, newKeyspace: step.way === 'cql' };
  const ofTheMaker = await giveGrantsBack(step.name, wanted, tools);
  await tellDrift(step, ofTheMaker, tools);
  return result;
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
  const seen = await readItems(step.name, tools);
  const sample = step.backup.kind === 'manifest' ? step.backup.manifest.sample : undefined;
  const judgement = judgeReadBack({ sstables: staged.sstables, sample }, seen);
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
