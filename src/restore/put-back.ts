import { KnownError, messageOf } from '../errors.js';
import { planCreation } from '../model/table-creation.js';
import { removeTree } from '../system/files.js';
import { tellFailure } from '../terminal/tell-failure.js';
import { loadFiles, placeFiles, waitForIndexes } from './load.js';
import { setLateSettings } from './make-table.js';
import type { LoadStep } from './plan.js';
import type { SafetyCopy } from './safety-copy.js';
import type { RestoreTools } from './tools.js';

/** A restore failed, and everything is as it was before it. */
export class RestoreUndone extends KnownError {}

/**
 * After a restore that failed with the present table already gone: makes things as they were. Always rejects: with
 * `RestoreUndone` and the reason of the failure, or with kind `lost` when the table that was there could not be put back.
 */
export async function putBack(
  step: LoadStep,
  safety: SafetyCopy | undefined,
  failure: unknown,
  tools: RestoreTools,
): Promise<never> {
  const why = messageOf(failure);
  tellFailure(failure, tools.report);
  try {
    await removeIfThere(step, tools);
    if (safety) await loadAgain(step, safety, tools);
  } catch (error) {
    throw safety ? lost(step, safety, why, error) : halfMade(step, why, error);
  }
  if (safety) await removeTree(safety.staged.directory);
  throw new RestoreUndone('database', `Restore of '${step.name}' failed: ${why}`, {
    cause: failure,
    changed: safety
      ? `The table '${step.name}' that was there before is back, with all its items, under a new id.`
      : `There is no table '${step.name}', as before.`,
  });
}

async function removeIfThere({ name }: LoadStep, { engine, report }: RestoreTools): Promise<void> {
  const { kind } = await engine.describe(name);
  if (kind === 'missing') return;
  report.info(`Removing what the failed restore made of ${name}`);
  await engine.deleteTable(name);
}

async function loadAgain(step: LoadStep, { record, staged }: SafetyCopy, tools: RestoreTools): Promise<void> {
  const { engine, report } = tools;
  report.info(`Putting back the table ${step.name} that was there before`);
  const again = await engine.createTable(planCreation(record.schema, step.name));
  await placeFiles(await engine.tableDirectory(again), staged, tools);
  await loadFiles(again, step.stream, tools);
  await waitForIndexes(again, tools);
  await setLateSettings(step.name, record.schema, tools);
  report.info(`Table ${step.name} is as it was before`);
}

function halfMade({ name }: LoadStep, why: string, error: unknown): KnownError {
  return new KnownError(
    'database',
    `Restore of '${name}' failed: ${why}; and what it made could not be removed: ${messageOf(error)}`,
    {
      cause: error,
      changed: `A table '${name}' may be there that holds only a part of the backup. Before, there was none.`,
      hint: 'Delete it through the API, then restore again.',
    },
  );
}

function lost(step: LoadStep, { record, staged }: SafetyCopy, why: string, error: unknown): KnownError {
  const { directory } = staged;
  return new KnownError(
    'lost',
    `Restore of '${step.name}' failed: ${why}; and the table that was there before could not be put back: ${messageOf(error)}`,
    {
      cause: error,
      changed: `THE TABLE '${step.name}' IS NOT COMPLETE. All its files, as they were, are in ${directory}: keep them.`,
      hint:
        `Create the table from ${directory}/alternator_schema.json, copy ${directory}/*-*-* into upload/ of its ` +
        `directory, and run nodetool refresh -- ${record.keyspace} ${record.name}`,
    },
  );
}
