import type { FileHandle } from 'node:fs/promises';
import type { ArchiveEntry, Segment } from '../../model/manifest.js';
import type { Permits } from './permits.js';
import { readMembers } from './read-members.js';
import { paddingAfter, readTarHeader } from './tar-header.js';

/** An entry whose place in the archive is known. */
export type SegmentedEntry = ArchiveEntry & { readonly segment: Segment };

export const hasSegment = (entry: ArchiveEntry): entry is SegmentedEntry => entry.segment !== null;

export interface EntryPart {
  /** One gzip member, as it lies in the archive. */
  readonly compressed: Buffer;
  /** What it has of the file; empty where it has only the header or padding. */
  readonly data: Buffer;
}

export const OTHER_SEGMENT =
  'its bytes in the archive are not those that were written (sha-256 of the segment differs)';

/**
 * The members of an entry, decompressed side by side, in their order. Never gives more bytes than the manifest says. Rejects
 * with an Error whose message is a clause about the entry where a member's CRC-32 or length, the tar header or the size of the
 * content is wrong. What the bytes are the caller compares.
 */
export async function* entryContent(
  handle: FileHandle,
  entry: SegmentedEntry,
  shared: Permits,
): AsyncGenerator<EntryPart, void, undefined> {
  let left: number | undefined;
  let padding = paddingAfter(entry.size);
  for await (const { compressed, content } of readMembers(handle, entry.segment, shared)) {
    let from = 0;
    if (left === undefined) {
      const header = readTarHeader(content, entry);
      if (typeof header === 'string') throw new Error(header);
      from = header;
      left = entry.size;
    }
    const data = content.subarray(from, from + left);
    left -= data.byteLength;
    padding -= content.byteLength - from - data.byteLength;
    if (padding < 0) throw new Error('more comes out of the archive than its size says');
    yield { compressed, data };
  }
  if (left !== 0 || padding !== 0) throw new Error('less comes out of the archive than its size says');
}
