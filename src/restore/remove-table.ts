import { quoteName } from '../cql/quoting.js';
import { kindOf } from '../errors.js';
import type { StepName } from '../model/job.js';
import { keyspaceOf, type TableName } from '../model/table-name.js';
import type { TableRecord } from '../model/table-record.js';
import type { TableJournal } from './journal.js';
import type { LoadStep } from './plan.js';
import type { RestoreTools } from './tools.js';

/** Also of a run that was cut off in the middle of it: what is gone already is gone. */
export async function removeTable(step: LoadStep, book: TableJournal, tools: RestoreTools): Promise<void> {
  const { name, live, way } = step;
  if (way === 'cql') {
    await book.step('remove', () => dropKeyspace(name, tools)).catch(unlessRefused('remove', book));
    return;
  }
  if (live) await removeByApi(name, live, book, tools);
}

/** Deletes exactly this table. One that is gone by now is fine, another one under its name is not ours to delete. */
export async function removeByApi(
  name: TableName,
  live: TableRecord,
  book: TableJournal,
  { engine, report }: RestoreTools,
): Promise<void> {
  const present = await engine.describe(name);
  const isThere = present.kind === 'table' && present.record.id === live.id;
  await book
    .step('remove', async () => {
      if (isThere) await report.step(`Delete table ${name}`, () => engine.deleteTable(name));
    })
    .catch(unlessRefused('remove', book));
  if (isThere) report.info(`Present table ${name} deleted`);
}

/** The documented words. */
export async function dropKeyspace(name: TableName, { engine, report }: RestoreTools): Promise<void> {
  const keyspace = keyspaceOf(name);
  report.info(`Dropping keyspace: ${keyspace}`);
  await engine.execute(`DROP KEYSPACE IF EXISTS ${quoteName(keyspace)}`);
  report.info(`Keyspace ${keyspace} dropped successfully`);
}

/** What the server refused was not done; of what it did not answer nobody knows. */
const unlessRefused =
  (step: StepName, book: TableJournal) =>
  async (error: unknown): Promise<never> => {
    if (kindOf(error) === 'database') await book.withdraw(step);
    throw error;
  };
