import { quoteName } from '../cql/quoting.js';
import { kindOf, KnownError } from '../errors.js';
import { planCreation } from '../model/table-creation.js';
import { keyspaceOf, type TableName } from '../model/table-name.js';
import { hasEnded } from '../model/job.js';
import type { TableRecord } from '../model/table-record.js';
import type { TableJournal } from './journal.js';
import { settleIndexes } from './load.js';
import type { LoadStep } from './plan.js';
import type { CqlSchema } from './saved-schema.js';
import { dropKeyspace, expectNobodys, removeTable } from './remove-table.js';
import { putOptionsBack } from './table-options.js';
import type { RestoreTools } from './tools.js';

/**
 * Gives an empty table for the data: the present one emptied, or a new one in the way that the plan says. Each step is in the
 * journal, and one that an earlier run has done to its end is not done again.
 */
export async function makeTable(
  step: LoadStep,
  book: TableJournal,
  tools: RestoreTools,
): Promise<TableRecord> {
  if (step.action === 'reload') return emptyTable(step, book, tools);
  if (!hasEnded(book.entry, 'remove')) await removeTable(step, book, tools);
  const record = hasEnded(book.entry, 'create')
    ? await expectMade(step, book, tools)
    : await createTable(step, book, tools);
  tools.report.info(`Table ID for ${step.name}: ${record.id.replaceAll('-', '')}`);
  tools.report.info(`Using Table ID: ${record.id.replaceAll('-', '')}`);
  return record;
}

/** Keeps the table with everything on it. An index is a table of its own to the server, and is emptied along. */
async function emptyTable(
  { name, live }: LoadStep,
  book: TableJournal,
  tools: RestoreTools,
): Promise<TableRecord> {
  const { engine, report } = tools;
  const described = await engine.describe(name);
  if (described.kind !== 'table' || described.record.id !== live?.id)
    throw new KnownError('database', `The table '${name}' that was to be emptied is not there any more`);
  const { record } = described;
  if (hasEnded(book.entry, 'truncate')) return record;
  await settleIndexes(record, tools);
  await book
    .step('truncate', async () => {
      report.info(`Truncating table ${record.keyspace}.${name}`);
      await engine.truncate(record);
      report.info('Table truncated successfully');
    })
    .catch(async (error: unknown) => {
      if (kindOf(error) === 'database') await book.withdraw('truncate');
      throw error;
    });
  return record;
}

async function createTable(step: LoadStep, book: TableJournal, tools: RestoreTools): Promise<TableRecord> {
  const make = step.way === 'cql' ? makeByCql : makeByApi;
  return book
    .step('create', () => make(step, book, tools))
    .catch(async (error: unknown) => {
      if (kindOf(error) === 'database' && book.entry.madeId === null) await book.withdraw('create');
      throw error;
    });
}

/** An earlier run has made it. */
async function expectMade(
  { name }: LoadStep,
  { entry }: TableJournal,
  { engine }: RestoreTools,
): Promise<TableRecord> {
  const record = await engine.untilReady(name);
  if (record.id !== entry.madeId)
    throw new KnownError('database', `The table '${name}' is not the one that this job has made`);
  return record;
}

async function makeByApi(
  { name, saved, target, tableOptions }: LoadStep,
  book: TableJournal,
  tools: RestoreTools,
): Promise<TableRecord> {
  const { engine, report } = tools;
  if (!saved.alternator) throw new Error('planned by the API without a schema for it');
  const creation = planCreation(saved.alternator, name, target);
  const { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = creation.input;
  await removeLeftover(name, book, tools);
  const record = await report.step(`Create table ${name}`, async () => {
    if (book.entry.madeId === null) {
      const made = await engine.createTable(creation);
      await book.note({ madeId: made.id });
    }
    return engine.untilReady(name);
  });
  if (record.id !== book.entry.madeId)
    throw new KnownError('database', `The table '${name}' is not the one that this job has made`);
  report.info(
    `Table ${name} created with ${GlobalSecondaryIndexes.length} global and ${LocalSecondaryIndexes.length} local indexes`,
  );
  if (tableOptions) await putOptionsBack(saved.record, record, tools);
  return record;
}

/**
 * A run that was cut off while it asked for the table may have made it, and did not learn its id. An empty table that has
 * come since is taken for it, and made anew; one with items is somebody's.
 */
async function removeLeftover(
  name: TableName,
  book: TableJournal,
  { engine, report }: RestoreTools,
): Promise<void> {
  const wasCutOff = book.entry.steps.filter(({ step }) => step === 'create').length > 1;
  if (!wasCutOff || book.entry.madeId !== null) return;
  const present = await engine.describe(name);
  if (present.kind !== 'table') return;
  const { items } = await engine.sample(name, { most: 1 });
  if (items > 0)
    throw new KnownError('database', `A table '${name}' is there that this restore did not make`);
  report.info(`Removing the empty table ${name} that an interrupted restore made`);
  await engine.deleteTable(name);
}

/** The documented order and words. No directory is deleted: the server makes a new one by the new id. */
async function makeByCql(
  { name, saved, keyspace: planned }: LoadStep,
  book: TableJournal,
  tools: RestoreTools,
): Promise<TableRecord> {
  const { engine, report } = tools;
  const schema = expectCql(saved.cql);
  const keyspace = keyspaceOf(name);
  // Whatever a run that was cut off here has made of it.
  if (book.entry.steps.filter(({ step }) => step === 'create').length > 1) {
    await expectNobodys(name, book, tools);
    await dropKeyspace(name, tools);
  }

  report.info(`Ensuring keyspace exists: ${keyspace}`);
  for (const { text, isLoss } of planned?.changes ?? []) {
    if (isLoss) report.warn(`${name}: ${text}`);
    else report.info(`${name}: ${text}`);
  }
  const statement = planned?.statement ?? fallbackKeyspace(keyspace, report);
  if ((planned?.changes.length ?? 0) > 0) report.info(`Sending: ${statement}`);
  await engine.execute(statement);
  report.info(`Keyspace ${keyspace} ensured to exist`);

  report.info(
    schema.layout === 'separated'
      ? 'Using separated schema files (table_schema.cql + materialized_view_*.cql)'
      : 'Using legacy schema file (schema.cql)',
  );
  for (const text of schema.leftOut)
    report.warn(`Not sent, since it makes no part of the table: ${firstLine(text)}`);
  report.info(`Restoring base table schema for ${name}`);
  for (const statement of schema.table) await engine.execute(statement);
  report.info(`Base table schema restored successfully for ${name}`);

  const described = await engine.describe(name);
  if (described.kind === 'table') await book.note({ madeId: described.record.id });
  if (described.kind !== 'table')
    throw new KnownError('database', `Table '${name}' was made by CQL, but is ${described.kind}`);
  report.info(`Truncating table ${keyspace}.${name}`);
  await engine.truncate(described.record);
  report.info('Table truncated successfully');
  return described.record;
}

/** The documented keyspace, for folders that say nothing of theirs. */
function fallbackKeyspace(keyspace: string, report: RestoreTools['report']): string {
  report.warn(
    `The backup does not say how ${keyspace} was replicated: SimpleStrategy with one copy, as documented`,
  );
  return (
    `CREATE KEYSPACE IF NOT EXISTS ${quoteName(keyspace)} ` +
    "WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"
  );
}

export function expectCql(cql: LoadStep['saved']['cql']): CqlSchema {
  if ('problem' in cql) throw new Error(`planned by CQL without statements: ${cql.problem}`);
  return cql;
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 120);
