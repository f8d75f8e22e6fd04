import { KnownError, messageOf } from '../errors.js';
import { grantsWithout, type Grant } from '../model/grant.js';
import { hasEnded } from '../model/job.js';
import { notCompared, schemaDrift } from '../model/schema-drift.js';
import { schemaOfTable } from '../model/schema-record.js';
import type { TableSchema } from '../model/table-schema.js';
import { checkItems } from './check-items.js';
import { addMissingIndexes } from './add-indexes.js';
import { giveGrantsBack } from './grants.js';
import { setLateSettings } from './late-settings.js';
import { waitForIndexes, waitForViews } from './load.js';
import type { TableJournal } from './journal.js';
import { makeViews } from './make-views.js';
import type { LoadStep } from './plan.js';
import type { Replacement } from './replace-table.js';
import { itemsOf, sampleOf } from './source.js';
import { stepAnyway } from './step-anyway.js';
import { putStreamOptionsBack } from './table-options.js';
import type { RestoreTools } from './tools.js';
import { dataFilesOf, isWrittenSince } from './written-since.js';

/**
 * After the load: items, indexes, settings, comparison. All but the judgement of the items can be done again where it was cut off:
 * a table that was given back to people is theirs, and what they did to its items since says nothing of the load. So a journal that
 * cannot be written is a warning from here on.
 */
export async function finishTable(
  replacement: Replacement,
  tools: RestoreTools,
): Promise<'proven' | 'doubtful'> {
  const { step, book, record } = replacement;
  // What somebody writes while items are read must not be taken for what the load has brought.
  const files = step.check === 'full' ? await dataFilesOf(record, tools).catch(() => undefined) : undefined;
  const isWritten = () => (files ? isWrittenSince(record, files, book, tools) : Promise.resolve(true));
  const doubt = hasEnded(book.entry, 'read back')
    ? tellAgain(book, tools)
    : await stepAnyway(
        book,
        'read back',
        () => judgeItems(replacement, 'table', tools, isWritten),
        tools,
        (why) => ({ doubt: why }),
      ).then(({ result }) => result);
  const ofTheMaker = await stepAnyway(book, 'settings', () => completeTable(replacement, tools), tools);
  await stepAnyway(book, 'compare', () => tellDrift(step, ofTheMaker.result, tools), tools);
  const isProven = step.check !== 'full' || (await areIndexesProven(replacement, tools));
  return doubt === null && isProven ? 'proven' : 'doubtful';
}

/** What an earlier run has found: nobody may have seen it since. */
function tellAgain({ entry: { name, doubt } }: TableJournal, { report }: RestoreTools): string | null {
  if (doubt !== null) report.warn(`${name}: ${doubt} (found by the run that was cut off)`);
  return doubt;
}

/** The data is back by now: an index that is not as it was is a doubt, and takes nothing away. */
async function areIndexesProven(replacement: Replacement, tools: RestoreTools): Promise<boolean> {
  try {
    return (await judgeItems(replacement, 'indexes', tools)) === null;
  } catch (error) {
    tools.report.warn(messageOf(error));
    return false;
  }
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
    await setLateSettings(step.name, alternator, step, tools).catch((error: unknown) => {
      tools.report.warn(
        `Tags, time to live and stream of ${step.name} may not be as saved: ${messageOf(error)}`,
      );
    });
    if (step.tableOptions || step.way === 'cql') await putStreamOptionsBack(saved, step.name, tools);
  }
  // The table was kept, and its grants with it.
  if (step.action === 'reload') return [];
  // Of a backup that does not know them, those of the table that was there are the best that can be had.
  const grants = saved.grants ?? safety?.record.grants;
  return giveGrantsBack(step.name, { grants, newKeyspace: step.way === 'cql' }, tools);
}

/** The data is back by now: only `--strict-views` makes a failure of an index that is not. */
async function addIndexesAfterCql(step: LoadStep, saved: TableSchema, tools: RestoreTools): Promise<void> {
  const { name, target, strictViews } = step;
  const missing = await addMissingIndexes(name, target, saved.describe, tools).catch((error: unknown) => {
    if (strictViews) throw error;
    tools.report.warn(`The indexes of ${name} may not be as saved: ${messageOf(error)}`);
    return [];
  });
  if (strictViews && missing.length > 0)
    throw new KnownError('database', `Indexes of '${name}' are missing: ${missing.join(', ')}`);
}

/** The result is judged by reading the items back. Gives the doubt, if there is one. */
async function judgeItems(
  { step, book, staged }: Replacement,
  part: 'table' | 'indexes',
  tools: RestoreTools,
  isWritten?: () => Promise<boolean>,
): Promise<string | null> {
  const { report } = tools;
  const { name, check, source, saved } = step;
  const { verdict, sentence } = await checkItems(
    name,
    {
      check,
      part,
      expected: itemsOf(source),
      sample: sampleOf(source),
      sstables: staged.sstables,
      expires: saved.alternator?.ttl.TimeToLiveStatus === 'ENABLED',
      ...(isWritten === undefined ? {} : { isWritten }),
    },
    tools,
  );
  // What an earlier run has loaded may have been changed by people since.
  if (verdict === 'bad' && !book.loadedBefore)
    throw new KnownError('database', `The data of '${name}' is not there: ${sentence}`);
  if (verdict === 'good') {
    if (part === 'table' || check === 'full') report.info(sentence);
    return null;
  }
  report.warn(`${name}: ${sentence}`);
  return sentence;
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
