import { EXIT_CODES, KnownError, type ExitCode } from '../errors.js';
import { isLabel } from '../model/label.js';
import { notCompared, schemaDrift } from '../model/schema-drift.js';
import { schemaOfTable, type SchemaRecord } from '../model/schema-record.js';
import { parseTableName, type TableName } from '../model/table-name.js';
import { readSavedSchema } from '../restore/saved-schema.js';
import type { Tools } from './tools.js';

export interface DiffFlags {
  readonly table: string;
  /** The newest backup without it. */
  readonly label?: string;
  /** Compared with that backup instead of the live table. */
  readonly other?: string;
}

interface Side {
  readonly title: string;
  readonly schema: SchemaRecord;
}

/**
 * Compares the schema in a backup with that of the live table or of another backup: exit status 0 when they are equal, 1 when
 * they differ, one line for each difference, 3 when no difference is seen but not all could be compared. Rejects with another status when one of them cannot be read.
 */
export async function schemaDiffCommand(flags: DiffFlags, tools: Tools): Promise<ExitCode> {
  const { report } = tools;
  const table = parseTableName(flags.table);
  for (const label of [flags.label, flags.other]) {
    if (label !== undefined && !isLabel(label))
      throw new KnownError('usage', `'${label}' is not a label`, { changed: 'Nothing was done.' });
  }
  const saved = await ofBackup(table, flags.label, tools);
  const other =
    flags.other === undefined ? await ofTable(table, tools) : await ofBackup(table, flags.other, tools);

  const differences = schemaDrift(saved.schema, other.schema);
  const untold = notCompared(saved.schema, other.schema);
  if (differences.length === 0) {
    report.say(`${untold.length === 0 ? 'Equal' : 'No difference seen'}: ${saved.title} and ${other.title}`);
  } else {
    report.say(`${saved.title} → ${other.title}:`);
    for (const line of differences) report.say(`  ${line}`);
  }
  for (const part of untold) report.say(`  not compared, since one of them does not tell: ${part}`);
  const equal = untold.length === 0 ? EXIT_CODES.done : EXIT_CODES.warnings;
  const exitCode = differences.length === 0 ? equal : EXIT_CODES.failed;
  report.summary({
    command: 'schema diff',
    table,
    from: saved.title,
    to: other.title,
    equal: differences.length === 0,
    differences,
    notCompared: untold,
    exitCode,
  });
  return exitCode;
}

async function ofBackup(table: TableName, label: string | undefined, { store }: Tools): Promise<Side> {
  try {
    const backup = await store.find(table, label);
    const { record } = await readSavedSchema(backup, store);
    const name = backup.kind === 'manifest' ? backup.label : backup.folder;
    return { title: `backup ${name} of ${table}`, schema: record };
  } catch (error) {
    throw cannotCompare(error);
  }
}

async function ofTable(table: TableName, { engine }: Tools): Promise<Side> {
  const described = await engine.describe(table).catch((error: unknown) => {
    throw cannotCompare(error);
  });
  if (described.kind === 'table')
    return { title: `the live table ${table}`, schema: schemaOfTable(described.record) };
  const what = described.kind === 'missing' ? 'is not there' : 'is a plain CQL table';
  throw new KnownError('refused', `Table '${table}' ${what}: there is nothing to compare the backup with`);
}

/** Status 1 says that two schemas differ, and must not say that one of them is not there. */
function cannotCompare(error: unknown): unknown {
  if (!(error instanceof KnownError) || error.exitCode !== EXIT_CODES.failed) return error;
  return new KnownError('refused', error.message, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}
