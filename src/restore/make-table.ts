import { quoteName } from '../cql/quoting.js';
import { kindOf, KnownError, messageOf } from '../errors.js';
import { planCreation } from '../model/table-creation.js';
import { keyspaceOf } from '../model/table-name.js';
import type { TableRecord } from '../model/table-record.js';
import type { LoadStep } from './plan.js';
import type { CqlSchema } from './saved-schema.js';
import { putOptionsBack } from './table-options.js';
import type { RestoreTools } from './tools.js';
import type { Touched } from './touched.js';

/** Removes the present table, where there is one, and makes it anew and empty, in the way that the plan says. */
export async function makeTable(step: LoadStep, touched: Touched, tools: RestoreTools): Promise<TableRecord> {
  const record =
    step.way === 'cql' ? await makeByCql(step, touched, tools) : await makeByApi(step, touched, tools);
  tools.report.info(`Table ID for ${step.name}: ${record.id.replaceAll('-', '')}`);
  tools.report.info(`Using Table ID: ${record.id.replaceAll('-', '')}`);
  return record;
}

async function makeByApi(
  { name, live, saved, target, tableOptions }: LoadStep,
  touched: Touched,
  tools: RestoreTools,
): Promise<TableRecord> {
  const { engine, report } = tools;
  if (!saved.alternator) throw new Error('planned by the API without a schema for it');
  const creation = planCreation(saved.alternator, name, target);
  if (live) {
    touched.removed = true;
    await report
      .step(`Delete table ${name}`, () => engine.deleteTable(name))
      .catch((error: unknown) => {
        touched.removalUnanswered = kindOf(error) === 'unavailable';
        throw error;
      });
    report.info(`Present table ${name} deleted`);
  }
  const { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = creation.input;
  const record = await report.step(`Create table ${name}`, async () => {
    const made = await engine.createTable(creation).catch((error: unknown) => {
      touched.unsure = kindOf(error) === 'unavailable';
      throw error;
    });
    touched.madeId = made.id;
    return engine.untilReady(name);
  });
  report.info(
    `Table ${name} created with ${GlobalSecondaryIndexes.length} global and ${LocalSecondaryIndexes.length} local indexes`,
  );
  if (tableOptions) await putOptionsBack(saved.record, record, tools);
  return record;
}

/** The documented order and words. No directory is deleted: the server makes a new one by the new id. */
async function makeByCql(
  { name, saved, live }: LoadStep,
  touched: Touched,
  { engine, report }: RestoreTools,
): Promise<TableRecord> {
  const schema = expectCql(saved.cql);
  const keyspace = keyspaceOf(name);

  report.info(`Dropping keyspace: ${keyspace}`);
  touched.removed = live !== undefined;
  // Until the new table says who it is, nobody knows how far a statement without an answer came.
  touched.unsure = true;
  touched.removalUnanswered = live !== undefined;
  await engine.execute(`DROP KEYSPACE IF EXISTS ${quoteName(keyspace)}`);
  touched.removalUnanswered = false;
  report.info(`Keyspace ${keyspace} dropped successfully`);

  report.info(`Ensuring keyspace exists: ${keyspace}`);
  await engine.execute(schema.keyspace ?? fallbackKeyspace(keyspace, report));
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
  if (described.kind === 'table') touched.madeId = described.record.id;
  if (described.kind !== 'table')
    throw new KnownError('database', `Table '${name}' was made by CQL, but is ${described.kind}`);
  report.info(`Truncating table ${keyspace}.${name}`);
  await engine.truncate(described.record);
  report.info('Table truncated successfully');
  return described.record;
}

/** Indexes and views, after the data. One that fails is a warning: the table itself is back. */
export async function makeViews(
  { name, saved, strictViews }: LoadStep,
  { engine, report }: RestoreTools,
): Promise<void> {
  const schema = expectCql(saved.cql);
  const failed = (what: string, error: unknown) => {
    const text = `Error restoring ${what}: ${messageOf(error)}`;
    if (strictViews) throw new KnownError('database', text, { cause: error });
    report.warn(text);
  };
  for (const statement of schema.indexes) {
    await engine.execute(statement).catch((error: unknown) => {
      failed(`an index of ${name}`, error);
    });
  }
  report.info('Restoring materialized views after data is loaded...');
  report.info(`Looking for materialized views to restore for ${name}`);
  report.info(`Found ${schema.views.length} materialized view(s) to restore`);
  for (const view of schema.views) {
    const { from } = view;
    report.info(`Restoring materialized view from ${from}`);
    try {
      if ('problem' in view) throw new KnownError('damaged', view.problem);
      await engine.execute(view.statement);
      report.info('Materialized view restored successfully');
    } catch (error) {
      failed(`materialized view from ${from}`, error);
    }
  }
  report.info(`All materialized views processed for ${name}`);
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

function expectCql(cql: LoadStep['saved']['cql']): CqlSchema {
  if ('problem' in cql) throw new Error(`planned by CQL without statements: ${cql.problem}`);
  return cql;
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 120);
