import { qualifiedName } from '../cql/qualified-name.js';
import { splitStatements } from '../cql/splitter.js';
import { KnownError, messageOf } from '../errors.js';
import { expectCql } from './make-table.js';
import type { LoadStep } from './plan.js';
import type { RestoreTools } from './tools.js';

/**
 * Indexes and views, after the data. One that fails is a warning: the table itself is back. What stands behind Alternator's own
 * indexes is left out where the API can be asked for them: Scylla takes no CQL for it (recorded cql 304, 305).
 */
export async function makeViews(
  { name, saved, strictViews, target }: LoadStep,
  { engine, report }: RestoreTools,
): Promise<void> {
  const schema = expectCql(saved.cql);
  const views = schema.views.filter(
    (view) =>
      saved.alternator === undefined ||
      target.server.takesIndexViews ||
      'problem' in view ||
      !isIndexView(view.statement),
  );
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
  report.info(`Found ${views.length} materialized view(s) to restore`);
  for (const view of views) {
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

/** Alternator's views have a colon in their names, which no name of CQL's own has. */
export const isIndexView = (statement: string): boolean =>
  qualifiedName(splitStatements(statement)[0]?.name ?? '').name.includes(':');
