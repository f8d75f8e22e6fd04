import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TableDirectory } from '../engine/engine.js';
import { KnownError } from '../errors.js';
import { groupSSTables } from '../model/sstable.js';
import { judgeFormats } from '../model/sstable-formats.js';
import { keyspaceOf } from '../model/table-name.js';
import type { StoredBackup } from '../store/store.js';
import { exists } from '../system/files.js';
import { expectRoom } from '../system/room.js';
import { problemsOf, refuseFor } from './expect-all.js';
import { expectNoForeignFiles } from './load.js';
import type { DeleteStep, LoadStep } from './plan.js';
import { expectRights, expectWritable } from './rights.js';
import type { Staged } from './stage.js';
import type { RestoreTools } from './tools.js';

/** What stands in the way of a step, found without changing or unpacking anything. */
export interface TableProblems {
  /** Of the present table's directory: that it is not there, what waits in it. */
  readonly inDirectory: readonly KnownError[];
  /** What we may not do. */
  readonly rights: readonly KnownError[];
}

/**
 * What concerns the table's place: its directory, what waits there, and our rights, also where a directory of a new table will
 * appear. A table that goes may have to be made again as well, when its removal is taken back.
 */
export async function tableProblems(
  step: Pick<LoadStep | DeleteStep, 'action' | 'name' | 'live'>,
  tools: RestoreTools,
): Promise<TableProblems> {
  const { live } = step;
  const { engine } = tools;
  const there = await found(live && (() => engine.tableDirectory(live)));
  const top = await found(step.action === 'reload' ? undefined : () => engine.topDirectory());

  const { place } = there;
  const upload = place && join(place.path, 'upload');
  const keyspace = top.place && join(top.place.path, keyspaceOf(step.name));
  const owner = place ?? top.place;
  const waiting = await problemsOf(place ? [() => expectNoForeignFiles(place)] : []);
  const rights = await problemsOf([
    () =>
      expectRights(tools, { ...(owner && { owner }), ...(top.place && { dataDirectory: top.place.path }) }),
    ...[keyspace, upload].flatMap((path) => (path === undefined ? [] : [() => expectWritable(path)])),
  ]);
  return { inDirectory: [...there.problems, ...top.problems, ...waiting], rights };
}

/** A directory that was asked for, or why there is none; neither where nobody asks. */
async function found(
  ask: (() => Promise<TableDirectory>) | undefined,
): Promise<{ readonly place?: TableDirectory; readonly problems: readonly KnownError[] }> {
  if (!ask) return { problems: [] };
  let place: TableDirectory | undefined;
  const problems = await problemsOf([
    async () => {
      place = await ask();
    },
  ]);
  return { ...(place && { place }), problems };
}

/** The same for a step that loads nothing: rejects with all of it. */
export async function expectFitTable(step: DeleteStep, tools: RestoreTools): Promise<void> {
  const { inDirectory, rights } = await tableProblems(step, tools);
  refuseFor([...inDirectory, ...rights]);
}

/** What stands in the way of loading a source, as far as sizes and names tell. */
export async function sourceProblems(
  step: LoadStep,
  tools: RestoreTools,
): Promise<{ readonly room: readonly KnownError[]; readonly format: readonly KnownError[] }> {
  const names = namesOf(step);
  return {
    room: await problemsOf([() => expectRoomFor(step, tools)]),
    format:
      names === undefined
        ? []
        : await problemsOf([
            async () => {
              expectReadable(step, names, tools);
            },
          ]),
  };
}

/** The files that will be loaded, where they are known before they are unpacked. */
export function namesOf({ source }: LoadStep): readonly string[] | undefined {
  if (source.kind === 'copy') return source.copy.staged.names;
  return source.backup.kind === 'manifest'
    ? source.backup.manifest.archive.entries.map(({ name }) => name)
    : undefined;
}

/** Rejects with `refused` where the server cannot read the format of these files; warns where nobody knows. */
export function expectReadable(
  { name, target }: Pick<LoadStep, 'name' | 'target'>,
  names: readonly string[],
  { report }: Pick<RestoreTools, 'report'>,
): void {
  const formats = groupSSTables(names).map(({ format }) => format);
  const { refused, doubts } = judgeFormats(name, formats, target.server);
  for (const doubt of doubts) report.warn(`${name}: ${doubt}`);
  refuseFor(
    refused.map(
      ({ problem, cure }) =>
        new KnownError('refused', problem, { changed: 'The table was not touched.', hint: cure }),
    ),
  );
}

/** Where nothing was unpacked yet, so that the work directory need not be there. */
async function expectRoomFor(step: LoadStep, { engine }: Pick<RestoreTools, 'engine'>): Promise<void> {
  const bytes = await bytesNeeded(step);
  // An archive that is not there has another problem, which is told when it is read.
  if (bytes === undefined || bytes === 0) return;
  let place = await engine.workDirectory();
  while (!(await exists(place)) && dirname(place) !== place) place = dirname(place);
  const what = step.source.kind === 'copy' ? 'loading the copy' : 'unpacking the backup';
  await expectRoom(place, bytes, `${what} of ${step.name}`);
}

/**
 * What unpacking takes, and what the server writes anew where it streams, while what was unpacked waits for the proof of the load.
 * Else it takes the very files. Undefined where nobody knows.
 */
export async function bytesNeeded({
  source,
  stream,
}: Pick<LoadStep, 'source' | 'stream'>): Promise<number | undefined> {
  if (source.kind === 'copy') return stream ? sizeOf(source.copy.staged) : 0;
  const bytes = await bytesUnpacked(source.backup);
  return bytes === undefined ? undefined : (stream ? 2 : 1) * bytes;
}

/** A file of it that is not there is told when it is proven. */
async function sizeOf({ directory, names }: Staged): Promise<number> {
  let bytes = 0;
  for (const name of names)
    bytes += await lstat(join(directory, name)).then(
      ({ size }) => size,
      () => 0,
    );
  return bytes;
}

/** Without a manifest nobody knows; twice the archive is what the documented guide reckons. */
async function bytesUnpacked(backup: StoredBackup): Promise<number | undefined> {
  if (backup.kind === 'manifest') return backup.manifest.totals.bytes;
  const found = await lstat(backup.archive).catch(() => undefined);
  return found && 2 * found.size;
}
