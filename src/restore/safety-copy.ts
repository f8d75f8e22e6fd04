import { link } from 'node:fs/promises';
import { join } from 'node:path';
import type { ItemSample } from '../engine/engine.js';
import { isWishToStop, KnownError, messageOf, type ErrorKind } from '../errors.js';
import { DATA, groupSSTables, parseComponentName, TOC, type SSTable } from '../model/sstable.js';
import { snapshotTag } from '../model/snapshot-tag.js';
import type { TableRecord } from '../model/table-record.js';
import { renderSchemaFile } from '../model/table-schema.js';
import { ALTERNATOR_SCHEMA_FILE, LEGACY_SCHEMA_FILE } from '../store/layout.js';
import { reasonOf, syncDirectory, writeDurably } from '../system/files.js';
import type { RestorePlan } from './plan.js';
import { readItems } from './read-items.js';
import { removeStaged, type Staged } from './stage.js';
import type { RestoreTools } from './tools.js';
import type { SchemaWay } from './request.js';
import { makeWorkDirectory } from './work-directory.js';

/** The table as it was just before a restore replaced it: its schema, and its files as hard links. */
export interface SafetyCopy {
  readonly record: TableRecord;
  readonly staged: Staged;
  /** Items that could be read just before: some of them at least must be there again after a putting back. */
  readonly sample: ItemSample | null;
  /** By which means the table would be made again. */
  readonly way: SchemaWay;
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
  // A tag and a note of its own: one table's tag that cannot be cleared must stay written down.
  const number = plan.steps.findIndex(({ name }) => name === record.name) + 1;
  const tag = snapshotTag(store.id, `${plan.runId}_${number}`);
  const directory = join(await engine.workDirectory(), 'safety', plan.runId, record.name);
  await makeWorkDirectory(directory);
  try {
    // Read before the freezing: what is read is in the copy then.
    const sample = await sampleOf(record, tools);
    await store.noteSnapshot(tag, [record.keyspace]);
    const names = await linkSnapshot(record, tag, directory, tools).finally(() =>
      dropTag(record, tag, tools),
    );
    const sstables = groupSSTables(names);
    expectWhole(record, sstables, sample);
    await writeDurably(join(directory, ALTERNATOR_SCHEMA_FILE), renderSchemaFile(record.schema));
    const statements = [record.keyspaceStatement, ...record.statements.map(({ statement }) => statement)];
    await writeDurably(join(directory, LEGACY_SCHEMA_FILE), statements.map(ended).join('\n'));
    report.info(`Safety copy of the present table ${record.name}: ${directory}`);
    return { record, staged: { directory, names, sstables: sstables.length }, sample, way: 'alternator' };
  } catch (error) {
    await removeStaged({ directory }, tools);
    if (error instanceof KnownError && (error.changed !== undefined || isWishToStop(error))) throw error;
    const kind: ErrorKind = error instanceof KnownError ? error.kind : 'files';
    throw new KnownError(
      kind,
      `No safety copy of the present table '${record.name}' could be made: ${reasonOf(error)}`,
      { cause: error, changed: 'The table was not touched.' },
    );
  }
}

const ended = (statement: string): string => `${statement.trimEnd().replace(/;$/, '')};\n`;

/** A copy that nobody could go back to is none. */
function expectWhole(
  { name }: TableRecord,
  sstables: readonly SSTable[],
  sample: SafetyCopy['sample'],
): void {
  const problem = (text: string) =>
    new KnownError('refused', `The safety copy of '${name}' is not whole: ${text}`, {
      changed: 'The table was not touched.',
    });
  if (sstables.length === 0 && sample !== null && sample.items > 0)
    throw problem(`its snapshot holds no SSTable, though ${sample.items} items can be read`);
  for (const { id, components } of sstables) {
    const missing = [DATA, TOC].find((wanted) => !components.some(({ component }) => component === wanted));
    if (missing !== undefined) throw problem(`SSTable ${id} has no ${missing}`);
  }
}

/** Somebody who may replace a table but not read it can still do so. */
async function sampleOf({ name }: TableRecord, tools: RestoreTools): Promise<SafetyCopy['sample']> {
  try {
    return await readItems(name, tools);
  } catch (error) {
    tools.report.warn(`The items of the present table ${name} could not be read: ${messageOf(error)}`);
    return null;
  }
}

/** A tag that stays is written down, and the next run clears it: no reason to give up the copy. */
async function dropTag(
  record: TableRecord,
  tag: string,
  { engine, store, report }: RestoreTools,
): Promise<void> {
  try {
    await engine.dropSnapshot(record.keyspace, tag);
    await store.forgetSnapshot(tag);
  } catch (error) {
    report.warn(
      `Snapshot ${tag} of ${record.keyspace} is still on the node (the next run clears it): ${messageOf(error)}`,
    );
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
