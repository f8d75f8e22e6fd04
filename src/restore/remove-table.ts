import { quoteName } from '../cql/quoting.js';
import { kindOf, KnownError } from '../errors.js';
import { hasBegun, hasEnded } from '../model/job.js';
import { keyspaceOf, type TableName } from '../model/table-name.js';
import type { TableRecord } from '../model/table-record.js';
import type { TableJournal } from './journal.js';
import type { LoadStep } from './plan.js';
import type { RestoreTools } from './tools.js';

/** Also of a run that was cut off in the middle of it: what is gone already is gone. */
export async function removeTable(step: LoadStep, book: TableJournal, tools: RestoreTools): Promise<void> {
  const { name, way } = step;
  if (way === 'cql') {
    if (hasBegun(book.entry, 'remove')) await expectNobodys(name, book, tools);
    await book.step('remove', () => dropKeyspace(name, tools)).catch(unlessRefused(name, book, tools));
    return;
  }
  const live = step.live ?? (await stillLive(name, book, tools));
  if (live) await removeByApi(name, live, book, tools);
}

/** Of a run that was cut off there, and took no copy: the table of then, if it did not go. */
async function stillLive(
  name: TableName,
  { entry }: TableJournal,
  { engine }: RestoreTools,
): Promise<TableRecord | undefined> {
  if (!hasBegun(entry, 'remove')) return undefined;
  const present = await engine.describe(name);
  return present.kind === 'table' && present.record.id === entry.liveId ? present.record : undefined;
}

/**
 * A run that was cut off may have dropped the keyspace, or made a table in it. Rejects with `database` when somebody's data is in it
 * by now: a table with items that is neither the one that was to go nor the one that this job made, or company.
 */
export async function expectNobodys(
  name: TableName,
  { entry }: TableJournal,
  { engine }: RestoreTools,
): Promise<void> {
  const neighbours = await engine.neighbours(name);
  if (neighbours.length > 0)
    throw new KnownError(
      'database',
      `The keyspace of '${name}' holds ${neighbours.join(', ')} by now, which this restore did not make`,
    );
  const present = await engine.describe(name);
  if (present.kind === 'missing') return;
  const foreign = new KnownError('database', `A table '${name}' is there that this restore did not make`);
  if (present.kind !== 'table') throw foreign;
  if (present.record.id === entry.liveId && !hasEnded(entry, 'remove')) return;
  if ((await engine.sample(name, { most: 1 })).items > 0) throw foreign;
}

/** Deletes exactly this table. One that is gone by now is fine, another one under its name is not ours to delete. */
export async function removeByApi(
  name: TableName,
  live: TableRecord,
  book: TableJournal,
  tools: RestoreTools,
): Promise<void> {
  const { engine, report } = tools;
  const present = await engine.describe(name);
  const isThere = present.kind === 'table' && present.record.id === live.id;
  await book
    .step('remove', async () => {
      if (isThere) await report.step(`Delete table ${name}`, () => engine.deleteTable(name));
    })
    .catch(unlessRefused(name, book, tools));
  if (isThere) report.info(`Present table ${name} deleted`);
}

/** The documented words. */
export async function dropKeyspace(name: TableName, { engine, report }: RestoreTools): Promise<void> {
  const keyspace = keyspaceOf(name);
  report.info(`Dropping keyspace: ${keyspace}`);
  await engine.execute(`DROP KEYSPACE IF EXISTS ${quoteName(keyspace)}`);
  report.info(`Keyspace ${keyspace} dropped successfully`);
}

/**
 * What the server refused was not done; of what it did not answer nobody knows. An answer may come from behind what it speaks of: the
 * table itself must be seen.
 */
const unlessRefused =
  (name: TableName, book: TableJournal, { engine }: RestoreTools) =>
  async (error: unknown): Promise<never> => {
    if (kindOf(error) === 'database') {
      const { liveId } = book.entry;
      const present = await engine.describe(name).catch(() => undefined);
      const isAsBefore =
        present?.kind === 'table'
          ? present.record.id === liveId
          : present?.kind === 'missing' && liveId === null;
      if (isAsBefore) await book.withdraw('remove');
    }
    throw error;
  };
