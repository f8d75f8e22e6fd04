import { messageOf } from '../errors.js';
import { optionChanges } from '../model/option-changes.js';
import { schemaOfTable, type SchemaRecord } from '../model/schema-record.js';
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
  const changes = optionChanges(wanted, schemaOfTable(table), {
    keyspace: table.keyspace,
    table: table.name,
  });
  for (const { statement, what } of changes) {
    try {
      await engine.execute(statement);
      report.info(`${table.name}: ${what}`);
    } catch (error) {
      report.warn(`${table.name}: ${what} could not be set: ${messageOf(error)}`);
    }
  }
  // Other nodes must know of it before they are given rows.
  if (changes.length > 0) await engine.schemaVersion();
}
