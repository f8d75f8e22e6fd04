import { chown, link, lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TableDirectory } from '../engine/engine.js';
import { KnownError, messageOf } from '../errors.js';
import { parseComponentName, SNAPSHOT_NOTES } from '../model/sstable.js';
import type { TableRecord } from '../model/table-record.js';
import { digestFile } from '../system/digests.js';
import { exists, namesIn, syncDirectory } from '../system/files.js';
import { waitUntil } from '../system/wait.js';
import type { Staged } from './stage.js';
import type { RestoreTools } from './tools.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * Hard-links staged files into the table's `upload/`: the server may delete what lies there, and the staged file stays
 * until the load is proven. Rejects when something else lies there already, since it would be loaded along; our own files are
 * of a run that was cut off here.
 */
export async function placeFiles(
  directory: TableDirectory,
  staged: Staged,
  { report }: RestoreTools,
): Promise<void> {
  const upload = join(directory.path, 'upload');
  if (!(await exists(upload))) {
    await mkdir(upload, { mode: 0o755 });
    await chown(upload, directory.uid, directory.gid);
  }
  await expectNoForeignFiles(directory, staged);
  for (const name of await componentsIn(upload)) await rm(join(upload, name));
  for (const name of staged.names) await link(join(staged.directory, name), join(upload, name));
  await syncDirectory(upload);
  report.info(`Data extracted to ${upload}/`);
}

/**
 * Rejects with `files` when files that are not ours wait in `upload/`: SSTables would be loaded along, and for any other file the
 * server refuses the whole load (behaviour.md N341 to N354). It leaves its own two notes and directories alone.
 */
export async function expectNoForeignFiles(
  { path }: TableDirectory,
  ...ours: readonly Pick<Staged, 'directory' | 'names'>[]
): Promise<void> {
  const upload = join(path, 'upload');
  const foreign: string[] = [];
  for (const name of await filesIn(upload)) {
    if (SNAPSHOT_NOTES.has(name)) continue;
    const candidates = ours.filter(({ names }) => names.includes(name));
    const same = await Promise.all(
      candidates.map(({ directory }) => isSame(join(upload, name), join(directory, name))),
    );
    if (!same.includes(true)) foreign.push(name);
  }
  if (foreign.length === 0) return;
  throw new KnownError('files', `${upload} is not empty: ${foreign.slice(0, 3).join(', ')}`, {
    hint: 'Load these files by nodetool refresh, or take them away; then restore again.',
  });
}

/**
 * Makes the server take what lies in `upload/` and looks whether it did: nodetool ends with status 0 also when it loaded
 * nothing and deleted the files (behaviour.md N377), or dropped every row as corrupt (E013).
 */
export async function loadFiles(
  table: TableRecord,
  stream: boolean,
  { engine, report }: RestoreTools,
): Promise<void> {
  const { path } = await engine.tableDirectory(table);
  const corruptBefore = await engine.corruptRows();
  report.info(`Running nodetool refresh for ${table.keyspace}.${table.name}`);
  try {
    await report.step(`Load ${table.name}`, () =>
      engine.refresh(table, {
        stream,
        onWaiting: (reason) => {
          report.info(`Waiting to load ${table.name}: ${reason}`);
        },
      }),
    );
  } catch (error) {
    // The documented words.
    throw new KnownError('program', `Error running nodetool refresh: ${messageOf(error)}`, { cause: error });
  }
  report.info('Nodetool refresh completed successfully');

  const left = await componentsIn(join(path, 'upload'));
  if (left.length > 0) {
    throw new KnownError(
      'database',
      `The server left ${left.length} files in upload/: ${left.slice(0, 3).join(', ')}`,
    );
  }
  const corrupt = ((await engine.corruptRows()) ?? 0) - (corruptBefore ?? 0);
  if (corrupt > 0) {
    throw new KnownError(
      'database',
      `The server could not take ${corrupt} rows: they do not fit the table's keys`,
    );
  }
}

/** An index says ACTIVE long before it is complete; files in `staging/` are what tells (behaviour.md E022). */
export async function waitForIndexes(table: TableRecord, tools: RestoreTools): Promise<void> {
  await waitPatiently(`indexes of ${table.name}`, tools, async () => {
    const files = await tools.engine.filesAwaitingIndexes(table);
    return files === 0 ? undefined : `${files} files are not in them yet`;
  });
}

/**
 * To be waited for before a table is emptied: what the server is still putting into the indexes would come into them after the
 * truncation, and stay there without an item.
 */
export async function settleIndexes(table: TableRecord, tools: RestoreTools): Promise<void> {
  if ((await tools.engine.filesAwaitingIndexes(table)) > 0) await waitForIndexes(table, tools);
}

/** Views that were made after the data are built in the background. */
export async function waitForViews(table: TableRecord, tools: RestoreTools): Promise<void> {
  await waitPatiently(`views of ${table.name}`, tools, async () => {
    const views = await tools.engine.unbuiltViews(table);
    return views.length === 0 ? undefined : `${views.join(', ')} are being built`;
  });
}

/**
 * The server completes them by itself, whoever waits: that they are late, or that a person does not want to wait, is a
 * warning and no reason to take the data away again.
 */
export async function waitPatiently(
  what: string,
  { clock, report, signal }: RestoreTools,
  look: () => Promise<string | undefined>,
): Promise<void> {
  let toldAt = clock.now().getTime();
  const lookAndTell = async () => {
    const notYet = await look();
    const now = clock.now().getTime();
    if (notYet !== undefined && now - toldAt >= MINUTE) {
      report.info(`Waiting for the ${what}: ${notYet}`);
      toldAt = now;
    }
    return notYet;
  };
  const patience = { deadlineMs: 6 * HOUR, firstMs: 50, mostMs: 2_000 };
  try {
    await report.step(`Wait for the ${what}`, () =>
      waitUntil(lookAndTell, { problem: 'They are not complete', patience, clock, signal }),
    );
  } catch (error) {
    const why = signal.aborted ? 'nobody waited for them' : messageOf(error);
    report.warn(`The ${what} may not be complete yet: ${why}. The server completes them by itself.`);
  }
}

/** The very file, or a copy of it to the last byte: what was unpacked once more has another inode, and the same name tells nothing. */
async function isSame(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => lstat(path).catch(() => undefined)));
  if (!a || !b) return false;
  if (a.dev === b.dev && a.ino === b.ino) return true;
  if (!a.isFile() || a.size !== b.size) return false;
  return (await digestFile(one)).sha256 === (await digestFile(other)).sha256;
}

async function filesIn(directory: string): Promise<readonly string[]> {
  const names = await namesIn(directory);
  const kinds = await Promise.all(names.map((name) => lstat(join(directory, name))));
  return names.filter((_, index) => kinds[index]?.isDirectory() !== true);
}

const componentsIn = async (directory: string): Promise<readonly string[]> =>
  (await namesIn(directory)).filter((name) => parseComponentName(name) !== undefined);
