import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { explained, KnownError } from '../errors.js';
import type { SSTableHeader } from '../model/fit.js';
import { readSerializationHeader, STATISTICS } from '../model/serialization-header.js';
import { groupSSTables } from '../model/sstable.js';
import { reasonOf } from '../system/files.js';

/**
 * What the SSTables among these files of a folder say of their table, one after another; names that are no components are
 * left out. Rejects with `damaged` for an SSTable without a Statistics.db or with a broken one, with `refused` for a format
 * that is not known, with `files` for a file that cannot be read.
 */
export async function readHeaders(
  directory: string,
  names: readonly string[],
): Promise<readonly SSTableHeader[]> {
  const headers: SSTableHeader[] = [];
  for (const { id, components } of groupSSTables(names)) {
    const statistics = components.find(({ component }) => component === STATISTICS);
    if (statistics === undefined) {
      throw new KnownError(
        'damaged',
        `The SSTable ${id} has no ${STATISTICS}: nobody can say which table its rows fit.`,
        { changed: NOTHING_LOADED, hint: OLDER },
      );
    }
    headers.push({ sstable: id, header: await readHeader(directory, statistics.name) });
  }
  return headers;
}

async function readHeader(directory: string, name: string): Promise<SSTableHeader['header']> {
  const path = join(directory, name);
  try {
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      return await readSerializationHeader({
        name,
        size,
        readAt: async (offset, length) => {
          const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
          return buffer.subarray(0, bytesRead);
        },
      });
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof KnownError)
      throw explained(error, {
        changed: NOTHING_LOADED,
        hint: error.kind === 'refused' ? OTHER_FORMAT : OLDER,
      });
    throw new KnownError('files', `${path} cannot be read: ${reasonOf(error)}`, {
      cause: error,
      changed: NOTHING_LOADED,
      hint: 'See that its disk can be read, then restore again.',
    });
  }
}

const NOTHING_LOADED = 'None of these files was loaded.';
const OLDER = 'Restore an older generation with --from LABEL.';
const OTHER_FORMAT = 'A newer version of this tool may know the format.';
