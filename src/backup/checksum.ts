import { readItemsRecord } from '../engine/read-items-record.js';
import { messageOf } from '../errors.js';
import { itemDifferences, type ItemsRecord } from '../model/item-checksum.js';
import type { TableName } from '../model/table-name.js';
import type { TableRecord } from '../model/table-record.js';
import { isFrozen, type Frozen } from './freeze.js';
import type { BackupTools } from './tools.js';

/** What each table held; null where that is not known. */
export type ItemsByTable = ReadonlyMap<TableName, ItemsRecord | null>;

type ChecksumTools = Pick<BackupTools, 'engine' | 'report' | 'signal'>;

/** Reads every table, one after the other. Whose items cannot be read is backed up without them, with a warning. */
export async function readEachTable(
  tables: readonly TableRecord[],
  tools: ChecksumTools,
): Promise<ItemsByTable> {
  const read = new Map<TableName, ItemsRecord | null>();
  for (const table of tables) read.set(table.name, await readOrWarn(table, tools));
  return read;
}

/**
 * Reads again what was read before the snapshot: only where nothing changed between the two is it known what the snapshot
 * holds. Anything else is null, with a warning.
 */
export async function itemsOfSnapshots(
  before: ItemsByTable,
  frozen: Frozen,
  tools: ChecksumTools,
): Promise<ItemsByTable> {
  const settled = new Map<TableName, ItemsRecord | null>();
  for (const [name, first] of before) {
    const table = frozen.tables.get(name);
    // Whose snapshot failed has no backup, and who could not be read was told of.
    if (!table || !isFrozen(table) || first === null) {
      settled.set(name, null);
      continue;
    }
    const second = await readOrWarn(table.record, tools);
    const changes = second === null ? [] : itemDifferences(first, second);
    if (changes.length > 0) {
      tools.report.warn(
        `The backup of ${name} has no checksum of its items: they changed during the snapshot (${changes.join('; ')})`,
      );
    }
    settled.set(name, changes.length > 0 ? null : second);
  }
  return settled;
}

async function readOrWarn(table: TableRecord, tools: ChecksumTools): Promise<ItemsRecord | null> {
  try {
    return await readItemsRecord(table, tools);
  } catch (error) {
    if (tools.signal.aborted) throw error;
    tools.report.warn(
      `The backup of ${table.name} has no checksum of its items: they could not be read: ${messageOf(error)}`,
    );
    return null;
  }
}
