import type { ArchiveEntry, Segment } from './manifest.js';
import { DATA, groupSSTables } from './sstable.js';

/** A file of a snapshot as it lies there. */
export interface FileNow {
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** What the digest file of an SSTable says. */
export interface DigestNow {
  /** Of the digest file itself. */
  readonly sha256: string;
  /** Of the `Data.db`, as it is written there. */
  readonly crc32: number;
}

/** An entry of an older archive that a file may still be. */
export interface ReusablePart {
  readonly entry: ArchiveEntry & { readonly segment: Segment };
  /** Of a `Data.db`; other files have no digest, and are compared by their SHA-256. */
  readonly crc32: number | undefined;
}

/** Archives keep times in whole seconds; snapshots of one SSTable share its inode, and so its time. */
export const sameTime = (a: number, b: number): boolean => Math.floor(a / 1000) === Math.floor(b / 1000);

export const DIGEST = 'Digest.crc32';

/**
 * The files that look as an older archive has them: name, size and time are equal, and the digest of their SSTable too, which
 * was proven then. Whether they are is found out when they are read. The server's own notes are written for each
 * snapshot, and an SSTable without a digest is nothing that anybody could prove.
 */
export function reusableParts(
  files: readonly FileNow[],
  digests: ReadonlyMap<string, DigestNow>,
  entries: readonly ArchiveEntry[],
): ReadonlyMap<string, ReusablePart> {
  const older = new Map(entries.map((entry) => [entry.name, entry]));
  const now = new Map(files.map((file) => [file.name, file]));
  const found = new Map<string, ReusablePart>();
  for (const { id, components } of groupSSTables(files.map(({ name }) => name))) {
    const digest = digests.get(id);
    if (!digest || older.get(`${id}-${DIGEST}`)?.sha256 !== digest.sha256) continue;
    if (older.get(`${id}-${DATA}`)?.digest !== 'ok') continue;
    for (const { name, component } of components) {
      const [file, entry] = [now.get(name), older.get(name)];
      if (!file || !entry || entry.segment === null) continue;
      if (file.size !== entry.size || !sameTime(file.mtimeMs, entry.mtimeMs)) continue;
      const crc32 = component === DATA ? digest.crc32 : undefined;
      found.set(name, { entry: { ...entry, segment: entry.segment }, crc32 });
    }
  }
  return found;
}
