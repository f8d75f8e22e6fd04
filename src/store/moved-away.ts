import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { isTableName } from '../model/table-name.js';
import { errorCode, exists, renameDurably, writeDurably } from '../system/files.js';
import type { Layout } from './layout.js';
import type { WayOut } from './make-way.js';

/** What makes way for a backup and was none that can be used. Relative to the store, which may be moved or mounted elsewhere. */
const moveNote = z.object({
  table: z.string().refine((text): boolean => isTableName(text)),
  kind: z.enum(['generation', 'foreign']),
  name: z.string().regex(/^[^/]+$/),
  problem: z.string().nullable(),
});
type MoveNote = z.infer<typeof moveNote>;

const pathOf = (layout: Layout, { table, kind, name }: MoveNote): string =>
  kind === 'foreign' ? join(layout.setAside, name) : layout.version(table, name);

/** Where what lay in the place of a new backup is now; undefined for what nobody need be told of: a good backup, or nothing. */
export function toldOf(layout: Layout, table: string, { kind, path, problem }: WayOut): string | undefined {
  const what = `What lay in ${layout.table(table)}`;
  if (kind === 'foreign') return `${what} was no backup; it lies in ${path} now`;
  if (kind === 'generation' && problem !== undefined)
    return `${what} was no backup that can be used (${problem}); it lies in ${path} now`;
  return undefined;
}

/** Written down before it is moved, so that it is told of also when we are killed before we could. */
export async function noteMove(layout: Layout, table: string, way: WayOut): Promise<void> {
  if (way.kind === 'remains' || toldOf(layout, table, way) === undefined) return;
  const { kind, path, problem = null } = way;
  const note: MoveNote = { table, kind, name: basename(path), problem };
  await writeDurably(layout.movedAway, `${JSON.stringify(note)}\n`);
}

/** When it was told of. The note stays while the table has nothing in its place: the next run puts it back. */
export async function forgetMove(layout: Layout): Promise<void> {
  const note = await readMove(layout);
  if (note && !(await exists(layout.table(note.table))) && (await exists(pathOf(layout, note)))) return;
  await rm(layout.movedAway, { force: true });
}

/**
 * For a run that was cut off: puts back what was moved where the table has nothing else in its place, and says where it lies
 * otherwise. To be called when what stands in for a backup is in its place; of the tables in `unread` nobody can tell that.
 */
export async function settleMove(layout: Layout, unread: ReadonlySet<string>): Promise<string | undefined> {
  const note = await readMove(layout);
  if (note && unread.has(note.table)) return undefined;
  let sentence: string | undefined;
  if (note) {
    const { table, kind, problem } = note;
    const [path, place] = [pathOf(layout, note), layout.table(table)];
    const wasMoved = await exists(path);
    if (wasMoved && (await exists(place))) {
      sentence = toldOf(layout, table, { kind, path, ...(problem === null ? {} : { problem }) });
    } else if (wasMoved) {
      await renameDurably(path, place);
      sentence = `put back what lay in ${place}: publishing a backup in its place was cut off`;
    }
  }
  await rm(layout.movedAway, { force: true });
  return sentence;
}

/** Undefined where nothing is noted, or nothing that can be understood: then it still lies where it was moved. */
async function readMove(layout: Layout): Promise<MoveNote | undefined> {
  try {
    return moveNote.parse(JSON.parse(await readFile(layout.movedAway, 'utf8')));
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === undefined) return undefined;
    throw error;
  }
}
