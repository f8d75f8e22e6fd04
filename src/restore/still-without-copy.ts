import type { ItemSample } from '../engine/engine.js';
import { KnownError } from '../errors.js';
import { hasEnded } from '../model/job.js';
import type { TableName } from '../model/table-name.js';
import type { TableJournal } from './journal.js';
import { readItems } from './read-items.js';
import type { PutBack } from './roll-back.js';
import type { RestoreTools } from './tools.js';
import { touchedBy } from './touched.js';

const NO_COPY = 'no copy of it was kept (--no-safety-copy)';

/**
 * Says what is known of a table that is still there, under its old id, and of which no copy was kept: all that can be done is to
 * look. Rejects with `database` where what was in it is gone.
 */
export async function stillWithoutCopy(
  name: TableName,
  { entry, jobId }: TableJournal,
  tools: RestoreTools,
): Promise<PutBack> {
  const still = `The table '${name}' that was there before still is`;
  const { emptied, removed, loading } = touchedBy(entry);
  if (!emptied && !removed) return { told: `${still}.`, isDoubtful: false };
  if (!emptied)
    return {
      told: `${still}. Its removal was asked for, and may come yet: ${NO_COPY}.`,
      isDoubtful: true,
    };
  const wasEmptied = (why: string) =>
    new KnownError('database', `${why}${NO_COPY}`, {
      changed: `The table '${name}' is there, but not what was in it.`,
      hint: `alternator-backup resume ${jobId} restores the backup.`,
    });
  if (hasEnded(entry, 'truncate') || loading) throw wasEmptied('');
  const seen = await readItems(name, tools);
  const { itemsBefore: before } = entry;
  if (seen.items === 0 && before?.items !== 0)
    throw wasEmptied(
      `no item can be read${before === null ? '' : `, though ${most(before)} could before its truncation was asked for`}, and `,
    );
  return {
    told:
      `${still}. Its truncation was asked for, and nobody knows whether it was begun, or comes yet: ` +
      `${compared(seen, before)}; ${NO_COPY}.`,
    isDoubtful: true,
  };
}

const most = ({ items, complete }: ItemSample): string => `${complete ? '' : 'at least '}${items} items`;

function compared(seen: ItemSample, before: ItemSample | null): string {
  if (before === null) return `${most(seen)} can be read, and nobody knows how many there were`;
  const isLess = seen.complete && (seen.items < before.items || !before.complete);
  return isLess
    ? `${most(seen)} can be read, ${most(before)} could before`
    : `${most(seen)} can be read, as many as before`;
}
