import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '../engine/engine.js';
import { KnownError } from '../errors.js';
import { proveSSTables } from '../store/prove-sstables.js';
import type { SourceFile } from '../store/store.js';
import { digestFile, type Digests } from '../system/digests.js';

export interface CheckedSnapshot {
  readonly files: readonly SourceFile[];
  readonly sstables: number;
  readonly bytes: number;
  /** SSTables that no digest proves. */
  readonly unproven: readonly string[];
}

/**
 * Reads every byte of a snapshot once and proves what can be proven before it is archived. Rejects with `damaged`, naming
 * every file that is wrong.
 */
export async function checkSnapshot(
  { directory, files }: Snapshot,
  signal: AbortSignal,
): Promise<CheckedSnapshot> {
  const read = new Map<string, Digests>();
  for (const name of files) read.set(name, await digestFile(join(directory, name), signal));
  const proof = await proveSSTables(directory, read);
  if (proof.problems.length > 0) {
    throw new KnownError('damaged', `The table's own files are damaged: ${proof.problems.join('; ')}`, {
      changed: 'Nothing was stored of this table; the backup before stays as it is.',
      hint: 'nodetool scrub can mend the table from its readable parts; then back it up again.',
    });
  }
  const sources = [...read].map(async ([name, digests]): Promise<SourceFile> => {
    const { mtimeMs } = await lstat(join(directory, name));
    return { name, size: digests.size, mtimeMs, digests, digest: proof.digests.get(name) ?? null };
  });
  return {
    files: await Promise.all(sources),
    sstables: proof.sstables,
    bytes: [...read.values()].reduce((sum, { size }) => sum + size, 0),
    unproven: proof.unproven,
  };
}
