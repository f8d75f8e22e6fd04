import type { FileHandle } from 'node:fs/promises';
import type { Manifest } from '../../model/manifest.js';
import { plainEntryName } from './entry-name.js';
import { END_OF_ARCHIVE } from './gzip-member.js';
import { hasSegment, type SegmentedEntry } from './entry-content.js';
import { readAt } from './read-members.js';

/** The entries with their places, in the order of the archive; undefined where the manifest does not know all of them. */
export function segmentsOf({ entries }: Manifest['archive']): readonly SegmentedEntry[] | undefined {
  const known = entries.filter(hasSegment);
  // Of no files: nothing to read side by side.
  if (known.length === 0 || known.length < entries.length) return undefined;
  return known.sort((a, b) => a.segment.offset - b.segment.offset);
}

export interface Misfit {
  readonly file: string | null;
  readonly problem: string;
}

/**
 * What is wrong with the segments as a whole: they must cover the file from its first byte to the end-of-archive member without
 * gap or overlap, so that no byte is left unread, and what lies behind them must be exactly that member. Then another
 * reader, which knows no segments, sees the same entries.
 */
export async function misfits(
  handle: FileHandle,
  { size }: Manifest['archive'],
  segments: readonly SegmentedEntry[],
): Promise<readonly Misfit[]> {
  const found: Misfit[] = [];
  const names = new Set<string>();
  let at = 0;
  for (const { name, segment } of segments) {
    if (plainEntryName(name) !== name) found.push({ file: name, problem: 'belongs into no snapshot' });
    if (names.has(name)) found.push({ file: name, problem: 'comes twice in the manifest' });
    names.add(name);
    if (segment.offset !== at)
      found.push({ file: name, problem: `begins at byte ${segment.offset} instead of ${at}` });
    at = segment.offset + segment.length;
  }
  const { size: there } = await handle.stat();
  if (there !== size) found.push({ file: null, problem: `has ${there} bytes instead of ${size}` });
  if (size !== at + END_OF_ARCHIVE.byteLength)
    found.push({ file: null, problem: 'is not filled by its entries: the manifest belongs to another one' });
  else if (there >= size && !(await readAt(handle, at, END_OF_ARCHIVE.byteLength)).equals(END_OF_ARCHIVE))
    found.push({ file: null, problem: 'does not end as an archive does' });
  return found;
}
