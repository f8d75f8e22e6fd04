import { KnownError } from '../errors.js';
import type { TableRecord } from '../model/table-record.js';
import type { LoadStep } from './plan.js';
import type { RestoreTools } from './tools.js';

/**
 * The plan was shown and agreed to a while ago. Rejects with `refused` when the table is another one by now, has come, or
 * has gone: what nobody agreed to replace is not replaced. Gives the table as it is now, its latest settings included.
 */
export async function expectUnchanged(
  { name, live }: Pick<LoadStep, 'name' | 'live'>,
  { engine }: RestoreTools,
): Promise<TableRecord | undefined> {
  const now = await engine.describe(name);
  const id = now.kind === 'table' ? now.record.id : undefined;
  const changed = (what: string) =>
    new KnownError('refused', `Table '${name}' ${what} since the restore was planned`, {
      changed: 'The table was not touched.',
      hint: 'Start the restore again and look at its plan.',
    });
  if (now.kind === 'plain CQL') throw changed('was made anew as a plain CQL table');
  if (!live && id !== undefined) throw changed('was created');
  if (live && id === undefined) throw changed('was deleted');
  if (live && id !== live.id) throw changed('was deleted and made anew');

  const neighbours = await engine.neighbours(name);
  if (neighbours.length > 0)
    throw changed(`got company in its keyspace (${neighbours.join(', ')}, made by plain CQL)`);
  return now.kind === 'table' ? now.record : undefined;
}
