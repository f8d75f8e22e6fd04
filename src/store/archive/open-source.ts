import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** A file of a snapshot. A link would let somebody choose what is read as root. */
export const openSource = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_NOFOLLOW);

/** Fills the buffer from this place on. False when the file ends before. */
export async function readFully(handle: FileHandle, into: Buffer, position: number): Promise<boolean> {
  let at = 0;
  while (at < into.byteLength) {
    const { bytesRead } = await handle.read(into, at, into.byteLength - at, position + at);
    if (bytesRead === 0) return false;
    at += bytesRead;
  }
  return true;
}
