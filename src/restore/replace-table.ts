import { KnownError } from '../errors.js';
import type { TableRecord } from '../model/table-record.js';
import { schemaDrift } from '../model/schema-drift.js';
import { removeIfEmpty, removeTree } from '../system/files.js';
import { dirname } from 'node:path';
import { loadFiles, placeFiles, waitForIndexes, waitForViews } from './load.js';
import { makeTable, makeViews, setLateSettings } from './make-table.js';
import type { LoadStep, RestorePlan } from './plan.js';
import { judgeReadBack } from './read-back.js';
import { takeSafetyCopy, type SafetyCopy } from './safety-copy.js';
import { giveToServer, stageBackup, type Staged } from './stage.js';
import type { RestoreTools } from './tools.js';

/** A table that was made anew and waits for its data. */
export interface Replacement {
  readonly step: LoadStep;
  readonly staged: Staged;
  readonly safety: SafetyCopy | undefined;
  readonly record: TableRecord;
}

/** About so many items are read back, spread over the table. */
const SAMPLE = 1_000;

/** Proves the backup, keeps a copy of the present table, and only then puts an empty one in its place. */
export async function prepareTable(
  step: LoadStep,
  plan: RestorePlan,
  tools: RestoreTools,
  onFailure: (safety: SafetyCopy | undefined, failure: unknown) => Promise<never>,
): Promise<Replacement> {
  const staged = await stageBackup(step, plan, tools);
  let safety: SafetyCopy | undefined;
  let gone = false;
  try {
    if (step.live) safety = await takeSafetyCopy(step.live, plan, tools);
    tools.signal.throwIfAborted();
    // From here on there is no good place to stop: what fails is put back.
    gone = true;
    const record = await makeTable(step, tools).catch((error: unknown) => onFailure(safety, error));
    return { step, staged, safety, record };
  } catch (error) {
    await removeStaged(staged);
    // After a failed putting back the copy is the only one there is.
    if (safety && !gone) await removeStaged(safety.staged);
    throw error;
  }
}

/** Puts the proven files where the server looks for them. */
export async function placeTable({ staged, record }: Replacement, tools: RestoreTools): Promise<void> {
  const directory = await tools.engine.tableDirectory(record);
  await giveToServer(staged, directory);
  await placeFiles(directory, staged, tools);
}

/** Loads the files, then looks: at the indexes, the items and the schema. */
export async function finishTable(replacement: Replacement, tools: RestoreTools): Promise<void> {
  const { step, record } = replacement;
  await loadFiles(record, step.stream, tools);
  await waitForIndexes(record, tools);
  if (step.way === 'cql') {
    await makeViews(step, tools);
    await waitForViews(record, tools);
  }
  if (step.saved.alternator) await setLateSettings(step.name, step.saved.alternator, tools);
  await expectItems(replacement, tools);
  await tellDrift(step, tools);
}

/** The result is judged by reading the items back. */
async function expectItems({ step, staged }: Replacement, { engine, report }: RestoreTools): Promise<void> {
  const seen = await report.step(`Read back items of ${step.name}`, () =>
    engine.sample(step.name, { most: SAMPLE }),
  );
  const sample = step.backup.kind === 'manifest' ? step.backup.manifest.sample : undefined;
  const judgement = judgeReadBack({ sstables: staged.sstables, sample }, seen);
  if (judgement.verdict === 'bad')
    throw new KnownError('database', `The data of '${step.name}' is not there: ${judgement.why}`);
  if (judgement.verdict === 'doubtful') report.warn(`${step.name}: ${judgement.why}`);
  report.info(`Read back ${seen.complete ? 'all' : 'a sample of'} ${seen.items} items of ${step.name}`);
}

async function tellDrift(step: LoadStep, { engine, report }: RestoreTools): Promise<void> {
  const described = await engine.describe(step.name);
  if (described.kind !== 'table')
    throw new KnownError('database', `Table '${step.name}' is ${described.kind} after its restore`);
  if (!step.saved.alternator) return;
  for (const line of schemaDrift(step.saved.alternator, described.record.schema)) {
    report.warn(`settings drift: ${step.name}: ${line}`);
  }
}

/** The copy of the table before goes once the result was seen to be good. */
export async function removeSafetyCopy({ safety }: Replacement): Promise<void> {
  if (safety) await removeStaged(safety.staged);
}

export async function removeStaged({ directory }: Staged): Promise<void> {
  await removeTree(directory);
  await removeIfEmpty(dirname(directory));
}
