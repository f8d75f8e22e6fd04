import { KnownError, messageOf } from '../errors.js';
import { quoteName } from '../cql/quoting.js';
import { planCreation } from '../model/table-creation.js';
import type { TableRecord } from '../model/table-record.js';
import { tellFailure } from '../terminal/tell-failure.js';
import { schemaOfTable } from '../model/schema-record.js';
import { giveGrantsBack } from './grants.js';
import { setLateSettings } from './late-settings.js';
import { loadFiles, placeFiles, waitForIndexes } from './load.js';
import type { LoadStep } from './plan.js';
import { judgeReadBack } from './read-back.js';
import { readItems } from './read-items.js';
import type { SafetyCopy } from './safety-copy.js';
import { ServerDown } from './server-down.js';
import { removeStaged } from './stage.js';
import { putOptionsBack } from './table-options.js';
import type { RestoreTools } from './tools.js';
import type { Touched } from './touched.js';

/** A restore failed, and everything is as it was before it. */
export class RestoreUndone extends KnownError {}

/** A restore of a table that was not there failed, and a part of it may be there now. */
export class RestoreHalfMade extends KnownError {}

/** One table whose restore failed after it was touched. */
export interface Failed {
  readonly step: LoadStep;
  readonly safety: SafetyCopy | undefined;
  readonly touched: Touched;
}

/**
 * After a restore that failed with the present table already gone: makes things as they were, and proves it by reading the
 * items. Always rejects: with `RestoreUndone` and the reason of the failure, or with kind `lost` when the table that was
 * there could not be put back; its copy is kept then.
 */
export async function putBack(failed: Failed, failure: unknown, tools: RestoreTools): Promise<never> {
  const { step, safety } = failed;
  const why = messageOf(failure);
  tellFailure(failure, tools.report);
  let changed: string;
  try {
    if (failure instanceof ServerDown) throw failure;
    changed = await makeAsBefore(failed, tools);
  } catch (error) {
    if (safety) throw lost(step, safety, why, error);
    throw failure instanceof ServerDown ? failure : halfMade(step, why, error);
  }
  throw new RestoreUndone('database', `Restore of '${step.name}' failed: ${why}`, {
    cause: failure,
    changed,
  });
}

/** Gives the sentence that says what there is now. The safety copy goes when the table was seen to be as before. */
async function makeAsBefore({ step, safety, touched }: Failed, tools: RestoreTools): Promise<string> {
  const { engine } = tools;
  // What failed may have been the server itself.
  await engine.untilServing();
  const present = await engine.describe(step.name);
  if (safety && present.kind === 'table' && present.record.id === safety.record.id) {
    if (touched.removalUnanswered)
      return `The table '${step.name}' that was there before still is. Its removal was asked for without an answer, and may come yet: its copy is kept in ${safety.staged.directory}.`;
    await removeStaged(safety.staged, tools);
    return `The table '${step.name}' that was there before still is: it was not removed.`;
  }

  await removeOwn(step, touched, tools);
  if (!safety) return `There is no table '${step.name}', as before.`;
  const doubt = await loadAgain(step, safety, tools);
  if (doubt !== undefined)
    return `The table '${step.name}' that was there before is back under a new id, but ${doubt}. Its copy is kept in ${safety.staged.directory}.`;
  await removeStaged(safety.staged, tools);
  return step.liveIsWhole
    ? `The table '${step.name}' that was there before is back, with all its items, under a new id.`
    : `The table '${step.name}' that was there before is back under a new id, with the items that this node had of it; those of other nodes are gone.`;
}

/** Only what this run made goes; or what may be that, and holds nothing that could be lost. */
async function removeOwn(step: LoadStep, { madeId, removed }: Touched, tools: RestoreTools): Promise<void> {
  const { engine, report } = tools;
  const present = await engine.describe(step.name);
  if (present.kind === 'missing') return;
  const isOwn = present.kind === 'table' && present.record.id === madeId;
  const isNobodys = async () =>
    removed && madeId === undefined && (await engine.sample(step.name, { most: 1 })).items === 0;
  if (!isOwn && !(await isNobodys())) {
    throw new KnownError('database', `a table '${step.name}' is there that this restore did not make`);
  }
  report.info(`Removing what the failed restore made of ${step.name}`);
  await engine.deleteTable(step.name);
}

/** Gives the reason to doubt the result, if there is one. */
async function loadAgain(
  step: LoadStep,
  safety: SafetyCopy,
  tools: RestoreTools,
): Promise<string | undefined> {
  const { record, staged, sample } = safety;
  const { engine, report } = tools;
  report.info(`Putting back the table ${step.name} that was there before`);
  const target = { server: step.target.server, tablets: record.tablets };
  if (safety.way === 'cql') await createByCql(record, tools);
  else await engine.createTable(planCreation(record.schema, step.name, target));
  // Indexes complete themselves, and may take as long as a node is away.
  const again = await engine.untilReady(step.name, 'later');
  await putOptionsBack(schemaOfTable(record), again, tools);
  await placeFiles(await engine.tableDirectory(again), staged, tools);
  await loadFiles(again, step.stream, tools);
  await waitForIndexes(again, tools);
  if (safety.way === 'cql') await createViews(record, tools);
  await setLateSettings(step.name, record.schema, target, tools);
  await giveGrantsBack(step.name, { grants: record.grants, newKeyspace: false }, tools);

  const seen = await readItems(step.name, tools);
  const judgement = judgeReadBack({ sstables: staged.sstables, sample }, seen);
  if (judgement.verdict === 'bad') throw new KnownError('database', judgement.why);
  if (judgement.verdict === 'doubtful') return judgement.why;
  report.info(`Table ${step.name} is as it was before: ${seen.items} items read`);
  return undefined;
}

/** As its own description says. The keyspace may be left of what failed; nothing is in it, for the table is gone. */
async function createByCql(record: TableRecord, { engine }: RestoreTools): Promise<void> {
  const others = await engine.neighbours(record.name);
  if (others.length > 0) throw new KnownError('database', `the keyspace holds ${others.join(', ')}, too`);
  await engine.execute(`DROP KEYSPACE IF EXISTS ${quoteName(record.keyspace)}`);
  await engine.execute(record.keyspaceStatement);
  // The row of a stream log is of type table, too; the server makes the log with its table.
  for (const { type, name, statement } of record.statements)
    if (type === 'table' && name === record.name) await engine.execute(statement);
}

/** Of a table that CQL has made again; one that cannot be made is a warning, for the data is there. */
async function createViews(record: TableRecord, { engine, report }: RestoreTools): Promise<void> {
  for (const { type, name, statement } of record.statements) {
    if (type === 'table') continue;
    await engine.execute(statement).catch((error: unknown) => {
      report.warn(`${name} could not be made again: ${messageOf(error)}`);
    });
  }
}

function halfMade({ name }: LoadStep, why: string, error: unknown): KnownError {
  return new RestoreHalfMade(
    'database',
    `Restore of '${name}' failed: ${why}; and what it made could not be removed: ${messageOf(error)}`,
    {
      cause: error,
      changed: `A table '${name}' may be there that holds only a part of the backup. Before, there was none.`,
      hint: 'Look at it. If nobody else made it: delete it through the API, then restore again.',
    },
  );
}

function lost(step: LoadStep, { record, staged, way }: SafetyCopy, why: string, error: unknown): KnownError {
  const { directory } = staged;
  return new KnownError(
    'lost',
    messageOf(error) === why
      ? `Restore of '${step.name}' failed, and the table that was there before could not be put back: ${why}`
      : `Restore of '${step.name}' failed: ${why}; and the table that was there before could not be put back: ${messageOf(error)}`,
    {
      cause: error,
      changed: `THE TABLE '${step.name}' IS NOT COMPLETE. All its files, as they were, are in ${directory}: keep them.`,
      hint:
        (error instanceof ServerDown ? `${error.hint ?? ''}. Then: ` : '') +
        `Create the table from ${directory}/alternator_schema.json${way === 'cql' ? ' (by CQL, from schema.cql beside it)' : ''}, copy ${directory}/*-*-* into upload/ of its ` +
        `directory, and run nodetool refresh -- ${record.keyspace} ${record.name}`,
    },
  );
}
