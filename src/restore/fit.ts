import { tableColumns } from '../cql/table-columns.js';
import { KnownError } from '../errors.js';
import { expectedColumns } from '../model/expected-columns.js';
import { indexFacts } from '../model/index-facts.js';
import { misfits, type HeldData } from '../model/fit.js';
import type { Column, TableRecord } from '../model/table-record.js';
import type { ServerVersion } from '../model/server-version.js';
import type { TableSchema } from '../model/table-schema.js';
import type { LoadStep } from './plan.js';
import { readHeaders } from './sstable-headers.js';
import type { Staged } from './stage.js';

/**
 * A server takes files of another table with exit status 0 and loses or garbles rows (SCYLLA.md 8), so that we compare: what
 * the staged SSTables hold with the table that is about to be made. Rejects with `refused`, before anything is touched.
 */
export async function expectFit(step: LoadStep, { directory, names }: Staged): Promise<HeldData> {
  const held = { columns: step.saved.record.columns, headers: await readHeaders(directory, names) };
  // Nothing will be loaded, so that nothing can be lost.
  if (held.headers.length === 0) return held;
  const problems = misfits(held, plannedColumns(step));
  if (problems.length > 0) {
    throw new KnownError('refused', `The files of '${step.name}' do not fit: ${problems.join(' ')}`, {
      changed: 'The table was not touched.',
      hint:
        step.way === 'alternator'
          ? '--schema cql makes the table with the columns that the backup names; a server of the version of the backup makes it as it was.'
          : 'The schema file is not the one of these SSTables.',
    });
  }
  return held;
}

/** The same with the table as it was really made, before any file is handed to the server. */
export function expectFitOf(held: HeldData, record: TableRecord): void {
  if (held.headers.length === 0) return;
  const problems = misfits(held, record.columns);
  if (problems.length === 0) return;
  throw new KnownError(
    'database',
    `The files of '${record.name}' do not fit the table: ${problems.join(' ')}`,
  );
}

function plannedColumns({ action, live, way, saved, target }: LoadStep): readonly Column[] {
  // The table stays as it is.
  if (action === 'reload' && live) return live.columns;
  if (way === 'cql' || !saved.alternator) return columnsOfCql(saved.cql) ?? [];
  return columnsWhenMade(saved.alternator, saved.record.columns, target.server);
}

/** The columns of a table that CreateTable makes of this schema; `had`: those of the table that it is to be like. */
export function columnsWhenMade(
  schema: TableSchema,
  had: readonly Column[] | undefined,
  server: ServerVersion,
): readonly Column[] {
  const expected = expectedColumns(schema, server);
  if (server.tellsIndexColumns || !had) return expected;
  // The table itself will tell, when it is there (`expectFitOf`); until then index keys are taken for what they were.
  const indexKeys = new Set(
    [...indexFacts(schema.describe).values()].flatMap(({ attributes }) => attributes),
  );
  const keys = new Set(schema.describe.KeySchema.map(({ AttributeName }) => AttributeName));
  const isDoubtful = ({ name }: Column) => indexKeys.has(name) && !keys.has(name);
  return [...expected.filter((column) => !isDoubtful(column)), ...had.filter(isDoubtful)];
}

function columnsOfCql(cql: LoadStep['saved']['cql']): readonly Column[] | undefined {
  const statement = 'problem' in cql ? undefined : cql.table[0];
  return statement === undefined ? undefined : tableColumns(statement);
}
