import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError } from '../errors.js';
import type { ArchiveEntry } from '../model/manifest.js';
import { formatSize } from '../model/size.js';
import { DIGEST, reusableParts, type DigestNow, type FileNow } from '../model/reuse.js';
import { groupSSTables } from '../model/sstable.js';
import type { TableName } from '../model/table-name.js';
import type { ArchivedEntry, ReuseSource } from '../store/store.js';
import { entriesOf, findBaseline } from './baseline.js';
import { isFrozen, type Frozen, type FrozenTable } from './freeze.js';
import type { BackupPlan } from './plan.js';
import type { BackupTools } from './tools.js';

/** What of a table need not be compressed again. */
export type TableReuse = Omit<ReuseSource, 'onDamaged'>;

type ReuseTools = Pick<BackupTools, 'store' | 'report'>;

/**
 * Whether any table shares anything with a backup that it can build on. What is known of one table is forgotten before the next one is
 * looked at: manifests are long, and tables many.
 */
export async function isAnythingReusable(
  { steps, type, baseline }: WhatToBuildOn & Pick<BackupPlan, 'steps'>,
  { tables }: Frozen,
  { store }: ReuseTools,
): Promise<boolean> {
  const quiet = { store, report: { info: () => undefined } };
  for (const { name } of steps) {
    const state = tables.get(name);
    if (!state || !isFrozen(state)) continue;
    const reuse = await reuseFor(name, { type, baseline }, state, quiet);
    if (reuse !== undefined && !(reuse instanceof KnownError)) return true;
  }
  return false;
}

type WhatToBuildOn = Pick<BackupPlan, 'type' | 'baseline'>;

/**
 * Compares a snapshot with the backup that it can build on; undefined when they share nothing. An error fails the table. Asked under the
 * lock: since the plan was made, a publishing that was cut off may have been mended, or another run have ended.
 */
export async function reuseFor(
  name: TableName,
  { type, baseline }: WhatToBuildOn,
  { snapshot: { directory, files } }: FrozenTable,
  { store, report }: Pick<ReuseTools, 'store'> & { readonly report: Pick<ReuseTools['report'], 'info'> },
): Promise<TableReuse | KnownError | undefined> {
  if (type === 'full') return undefined;
  const request = { type, ...(baseline === undefined ? {} : { baseline }) };
  const older = await findBaseline(name, request, store, (sentence) => {
    report.info(sentence);
  }).catch((error: unknown) => {
    // What cannot be read of one table is no failure of the others.
    if (error instanceof KnownError) return error;
    throw error;
  });
  if (older instanceof KnownError) return older;
  if (typeof older === 'string') return type === 'incremental' ? new KnownError('missing', older) : undefined;
  const parts = await partsToReuse(directory, files, entriesOf(older));
  return parts.size > 0 ? { baseline: older, parts } : undefined;
}

/** What the entries of an older archive have of the files in a folder. Reads their digest files, and no data. */
export async function partsToReuse(
  directory: string,
  names: readonly string[],
  entries: readonly ArchiveEntry[],
): Promise<TableReuse['parts']> {
  const files: FileNow[] = [];
  for (const name of names) {
    // One that cannot be looked at fails its table later on.
    const found = await lstat(join(directory, name)).catch(() => undefined);
    if (found?.isFile() === true) files.push({ name, size: found.size, mtimeMs: found.mtimeMs });
  }
  const digests = new Map<string, DigestNow>();
  for (const { id, components } of groupSSTables(names)) {
    if (!components.some(({ component }) => component === DIGEST)) continue;
    // Without it nothing is reused of the SSTable; archiving or proving it fails then, and says why.
    const text = await readFile(join(directory, `${id}-${DIGEST}`)).catch(() => undefined);
    const said = text?.toString('latin1').trim() ?? '';
    if (!text || !/^\d{1,10}$/.test(said)) continue;
    digests.set(id, { sha256: createHash('sha256').update(text).digest('hex'), crc32: Number(said) });
  }
  return reusableParts(files, digests, entries);
}

/** `48 files: 3 new, 45 reused, 1.2 GiB of 1.3 GiB not compressed again`. */
export function reuseLine(entries: readonly ArchivedEntry[]): string {
  const reused = entries.filter((entry) => entry.reused);
  const bytesOf = (list: readonly ArchivedEntry[]) => list.reduce((sum, { size }) => sum + size, 0);
  const files = `${entries.length} ${entries.length === 1 ? 'file' : 'files'}`;
  const [some, all] = [formatSize(bytesOf(reused)), formatSize(bytesOf(entries))];
  return `${files}: ${entries.length - reused.length} new, ${reused.length} reused, ${some} of ${all} not compressed again`;
}
