import { messageOf } from '../errors.js';
import { canHold } from '../model/ring-share.js';
import { optionChanges, streamChange, streamLogChanges, type OptionChange } from '../model/option-changes.js';
import { schemaOfTable, type SchemaRecord } from '../model/schema-record.js';
import { streamOptions } from '../model/stream-options.js';
import type { TableName } from '../model/table-name.js';
import type { TableRecord } from '../model/table-record.js';
import type { RestoreTools } from './tools.js';

/**
 * Gives a new and still empty table the options that CreateTable cannot set. One that this server refuses is a warning, and
 * stays visible as settings drift.
 */
export async function putOptionsBack(
  wanted: SchemaRecord,
  table: TableRecord,
  { engine, report }: RestoreTools,
): Promise<void> {
  const untold = [
    ...(wanted.keyspace === undefined ? ['the keyspace'] : []),
    ...(wanted.table === undefined ? ['the table and its views'] : []),
  ];
  if (untold.length > 0)
    report.warn(
      `${table.name}: the options of ${untold.join(' and of ')} stay as the server makes them: the saved description does not tell them`,
    );
  let changes: readonly OptionChange[];
  try {
    const names = { keyspace: table.keyspace, table: table.name };
    changes = optionChanges(wanted, schemaOfTable(table), names);
  } catch (error) {
    report.warn(`The options of ${table.name} cannot be compared: ${messageOf(error)}`);
    return;
  }
  for (const { statement, what, replication } of changes) {
    try {
      if (replication !== undefined && !canHold(replication, (await engine.identify()).topology)) {
        report.warn(`${table.name}: ${what} is left as it is: this ring has not the nodes for it`);
        continue;
      }
      await engine.execute(statement);
      report.info(`${table.name}: ${what}`);
    } catch (error) {
      report.warn(`${table.name}: ${what} could not be set: ${messageOf(error)}`);
    }
  }
  // Other nodes must know of it before they are given rows.
  if (changes.length === 0) return;
  await engine.schemaVersion().catch((error: unknown) => {
    report.warn(`${table.name}: ${messageOf(error)}`);
  });
}

/**
 * Gives a stream, now that it is on, what the API cannot: how long its records live. What cannot be set is a warning, and
 * stays visible as settings drift: the data is back, and that is what counts.
 */
export async function putStreamOptionsBack(
  wanted: SchemaRecord,
  name: TableName,
  { engine, report }: Pick<RestoreTools, 'engine' | 'report'>,
): Promise<void> {
  if (streamOptions(wanted.table).size === 0 && wanted.streamLog === undefined) return;
  try {
    const described = await engine.describe(name);
    if (described.kind !== 'table') return;
    const { record } = described;
    const names = { keyspace: record.keyspace, table: name };
    const change = streamChange(wanted, schemaOfTable(record), names);
    if (change) {
      await engine.execute(change.statement);
      report.info(`${name}: ${change.what}`);
    }
    const changes = await changeStreamLog(wanted, names, { engine, report });
    if (change || changes > 0) await engine.schemaVersion();
  } catch (error) {
    report.warn(`The stream’s options of ${name} could not be set: ${messageOf(error)}`);
  }
}

/** After the stream's own options: the log's follow from them. Gives how many were set. */
async function changeStreamLog(
  wanted: SchemaRecord,
  names: { readonly keyspace: string; readonly table: TableName },
  { engine, report }: Pick<RestoreTools, 'engine' | 'report'>,
): Promise<number> {
  if (wanted.streamLog === undefined) return 0;
  const described = await engine.describe(names.table);
  if (described.kind !== 'table') return 0;
  const changes = streamLogChanges(wanted, schemaOfTable(described.record), names);
  for (const { statement, what } of changes) {
    await engine.execute(statement);
    report.info(`${names.table}: ${what}`);
  }
  return changes.length;
}
