import { link } from 'node:fs/promises';
import { join } from 'node:path';
import { groupSSTables, parseComponentName } from '../model/sstable.js';
import { snapshotTag } from '../model/snapshot-tag.js';
import type { TableRecord } from '../model/table-record.js';
import { renderSchemaFile } from '../model/table-schema.js';
import { ALTERNATOR_SCHEMA_FILE } from '../store/layout.js';
import { removeTree, syncDirectory, writeDurably } from '../system/files.js';
import type { RestorePlan } from './plan.js';
import type { Staged } from './stage.js';
import type { RestoreTools } from './tools.js';
import { makeWorkDirectory } from './work-directory.js';

/** The table as it was just before a restore replaced it: its schema, and its files as hard links. */
export interface SafetyCopy {
  readonly record: TableRecord;
  readonly staged: Staged;
}

/**
 * Freezes the present table and links its files into the work directory, so that neither DROP nor anybody's clearsnapshot
 * can take them. The links share their inode with live files: never chown or chmod them.
 */
export async function takeSafetyCopy(
  record: TableRecord,
  plan: RestorePlan,
  tools: RestoreTools,
): Promise<SafetyCopy> {
  const { engine, store, report } = tools;
  const tag = snapshotTag(store.id, plan.runId);
  const directory = join(await engine.workDirectory(), 'safety', plan.runId, record.name);
  await makeWorkDirectory(directory);
  await store.noteSnapshot(tag, [record.keyspace]);
  try {
    const names = await linkSnapshot(record, tag, directory, tools);
    await writeDurably(join(directory, ALTERNATOR_SCHEMA_FILE), renderSchemaFile(record.schema));
    report.info(`Safety copy of the present table ${record.name}: ${directory}`);
    return { record, staged: { directory, names, sstables: groupSSTables(names).length } };
  } catch (error) {
    await removeTree(directory);
    throw error;
  } finally {
    await engine.dropSnapshot(record.keyspace, tag);
    await store.forgetSnapshot(tag);
  }
}

async function linkSnapshot(
  record: TableRecord,
  tag: string,
  directory: string,
  { engine }: RestoreTools,
): Promise<readonly string[]> {
  const snapshot = await engine.snapshot(record, tag);
  const names = snapshot.files.filter((name) => parseComponentName(name) !== undefined);
  for (const name of names) await link(join(snapshot.directory, name), join(directory, name));
  await syncDirectory(directory);
  return names;
}
