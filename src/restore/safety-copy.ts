import { link, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { ItemSample } from '../engine/engine.js';
import { isWishToStop, KnownError, messageOf, type ErrorKind } from '../errors.js';
import { DATA, groupSSTables, parseComponentName, TOC, type SSTable } from '../model/sstable.js';
import { snapshotTag } from '../model/snapshot-tag.js';
import type { TableRecord } from '../model/table-record.js';
import { renderSchemaFile } from '../model/table-schema.js';
import { ALTERNATOR_SCHEMA_FILE, LEGACY_SCHEMA_FILE } from '../store/layout.js';
import {
  namesIn,
  reasonOf,
  removeIfEmpty,
  removeTree,
  syncDirectory,
  writeDurably,
} from '../system/files.js';
import { readItems } from './read-items.js';
import type { Staged } from './stage.js';
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

/** Which run takes the copy, and where in its list the table stands: that makes the tag. */
export interface CopyPlace {
  readonly runId: string;
  readonly number: number;
  /** The node that it is taken on, where somebody has asked already. */
  readonly hostId?: string | undefined;
  /** Where the copy goes, when its usual place is taken. */
  readonly directory?: string;
  /** To look at, or for people: its items are not read, and nobody is told of it. */
  readonly forAMoment?: boolean;
}

/** Written last: without it a folder is no safety copy. */
const RECORD_FILE = 'record.json';

export const SAFETY = 'safety';

/**
 * Freezes the present table and links its files into the work directory, so that neither DROP nor anybody's clearsnapshot
 * can take them. The links share their inode with live files: never chown or chmod them. `judge` says by which means the
 * table could be made again, or rejects where it could not.
 */
export async function takeSafetyCopy(
  record: TableRecord,
  place: CopyPlace,
  judge: (copy: Pick<SafetyCopy, 'record' | 'staged'>) => Promise<SchemaWay>,
  tools: RestoreTools,
): Promise<SafetyCopy> {
  const { engine, store, report } = tools;
  const { runId, number, hostId } = place;
  // A tag and a note of its own: one table's tag that cannot be cleared must stay written down.
  const tag = snapshotTag(store.id, `${runId}_${number}`);
  const directory = place.directory ?? join(await engine.workDirectory(), SAFETY, runId, record.name);
  // What a run that was cut off here has left is no copy.
  await removeTree(directory);
  await makeWorkDirectory(directory);
  try {
    // Read before the freezing: what is read is in the copy then.
    const sample = place.forAMoment === true ? null : await presentItems(record, tools);
    await store.noteSnapshot(tag, [record.keyspace], hostId ?? (await engine.identify()).hostId);
    const names = await linkSnapshot(record, tag, directory, tools).finally(() =>
      dropTag(record, tag, tools),
    );
    const sstables = groupSSTables(names);
    expectWhole(record, sstables, sample);
    await writeDurably(join(directory, ALTERNATOR_SCHEMA_FILE), renderSchemaFile(record.schema));
    const statements = [record.keyspaceStatement, ...record.statements.map(({ statement }) => statement)];
    await writeDurably(join(directory, LEGACY_SCHEMA_FILE), statements.map(ended).join('\n'));
    const staged: Staged = { directory, names, sstables: sstables.length, isCopy: true };
    const copy = { record, staged, sample, way: await judge({ record, staged }) };
    await writeDurably(join(directory, RECORD_FILE), renderCopy(copy));
    if (place.forAMoment !== true)
      report.info(`Safety copy of the present table ${record.name}: ${directory}`);
    return copy;
  } catch (error) {
    await removeCopy(directory, tools);
    if (error instanceof KnownError && (error.changed !== undefined || isWishToStop(error))) throw error;
    const kind: ErrorKind = error instanceof KnownError ? error.kind : 'files';
    throw new KnownError(
      kind,
      `No safety copy of the present table '${record.name}' could be made: ${reasonOf(error)}`,
      { cause: error, changed: 'The table was not touched.' },
    );
  }
}

const copyFile = z.strictObject({
  format: z.literal(1),
  // Written by us from what the server said, whole; read back as it is.
  record: z.looseObject({ name: z.string(), keyspace: z.string(), id: z.uuid() }),
  names: z.array(z.string()),
  sample: z.strictObject({ items: z.number(), complete: z.boolean() }).nullable(),
  way: z.enum(['alternator', 'cql']),
});

const renderCopy = ({ record, staged: { names }, sample, way }: SafetyCopy): string =>
  `${JSON.stringify({ format: 1, record, names, sample, way }, null, 1)}\n`;

/** A copy that an earlier job has taken. Rejects with `damaged` where it is not whole any more. */
export async function readSafetyCopy(directory: string): Promise<SafetyCopy> {
  const damaged = (why: string, cause?: unknown) =>
    new KnownError('damaged', `The safety copy ${directory} cannot be used: ${why}`, { cause });
  const text = await readFile(join(directory, RECORD_FILE), 'utf8').catch((error: unknown) => {
    throw damaged(reasonOf(error), error);
  });
  const parsed = parseCopy(text);
  if (typeof parsed === 'string') throw damaged(parsed);
  const { record, names, sample, way } = parsed;
  const there = new Set(await namesIn(directory));
  const missing = names.filter((name) => !there.has(name));
  if (missing.length > 0) throw damaged(`${missing.slice(0, 3).join(', ')} missing`);
  const staged: Staged = { directory, names, sstables: groupSSTables(names).length, isCopy: true };
  return { record: record as unknown as TableRecord, staged, sample, way };
}

function parseCopy(text: string): z.infer<typeof copyFile> | string {
  try {
    return copyFile.parse(JSON.parse(text));
  } catch (error) {
    return `${RECORD_FILE}: ${messageOf(error)}`;
  }
}

/** Nobody needs it any more. */
export async function removeCopy(directory: string, { report }: Pick<RestoreTools, 'report'>): Promise<void> {
  try {
    await removeTree(directory);
    await removeIfEmpty(dirname(directory));
  } catch (error) {
    report.warn(`${directory} could not be removed: ${messageOf(error)}`);
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
export async function presentItems(
  { name }: Pick<TableRecord, 'name'>,
  tools: RestoreTools,
): Promise<SafetyCopy['sample']> {
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
