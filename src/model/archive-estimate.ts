import type { Manifest } from './manifest.js';

/**
 * How many bytes the archive of a snapshot will have: as much of it as was left of the last backup of that table, and all of
 * it where nobody has measured.
 */
export function estimateArchive(
  bytes: number,
  last: Pick<Manifest, 'archive' | 'totals'> | undefined,
): number {
  const ratio = last === undefined || last.totals.bytes === 0 ? 1 : last.archive.size / last.totals.bytes;
  return Math.ceil(bytes * ratio);
}
