import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { damagedCompressedChunk, damagedPiece, type ChunkDamage } from '../sstable/checksums.js';
import { parseCompressionInfo } from '../sstable/compression-info.js';
import { hasSeveralPartitions } from '../sstable/partition-index.js';
import { invalidArgument, LoadFailure, malformed, missingFile } from './load-failure.js';
import type { UploadedSSTable } from './upload.js';

export type LoadMode = 'local' | 'load and stream';

/** How an SSTable gets in: read and written anew, or linked unread with its damage. */
export type Treatment = 'rewrite' | 'link';

/** Rows cannot be sent: what load and stream says of damage that it meets after the first chunk. */
export class StreamBroken extends Error {
  override readonly name = 'StreamBroken';
}

/**
 * Decides how Scylla would take this SSTable in, or throws the `LoadFailure` with which it would refuse. Neither
 * Digest.crc32 nor Summary.db is read, and of an SSTable with one partition nothing is verified in local mode: that one
 * is moved, not rewritten (behaviour.md, "Refresh: damage").
 */
export async function inspect(sstable: UploadedSSTable, mode: LoadMode): Promise<Treatment> {
  expectComponents(sstable, mode);
  const data = await readComponent(sstable, 'Data.db');
  if (data.length === 0) {
    throw new LoadFailure(
      'seastar::internal::backtraced<std::runtime_error>',
      'On-disk size of sstable data was not set Backtrace: <addresses>',
    );
  }
  const damage = await findDamage(sstable, mode, data);
  if (damage === undefined) return 'rewrite';
  const isMoved = mode === 'local' && !hasSeveralPartitions(await readComponent(sstable, 'Index.db'));
  if (isMoved) return 'link';
  if (mode === 'load and stream' && damage.offset > 0) throw new StreamBroken(damage.reason);
  throw unreadable(sstable, damage.reason);
}

export const unreadable = (sstable: UploadedSSTable, reason: string, options?: ErrorOptions): LoadFailure =>
  malformed(`Failed to read partition from SSTable ${pathOf(sstable, 'Data.db')} due to ${reason}`, options);

function expectComponents(sstable: UploadedSSTable, mode: LoadMode): void {
  const isLocal = mode === 'local';
  for (const component of ['Data.db', 'Index.db']) {
    if (!sstable.present.has(component)) throw missingFile(pathOf(sstable, component));
  }
  const needed = [
    'Statistics.db',
    'Scylla.db',
    'CompressionInfo.db',
    ...(isLocal ? ['Filter.db', 'CRC.db'] : []),
  ];
  for (const component of needed) {
    const isWanted = component === 'Statistics.db' || sstable.listed.has(component);
    if (isWanted && !sstable.present.has(component))
      throw malformed(`${pathOf(sstable, component)}: file not found`);
  }
}

async function findDamage(
  sstable: UploadedSSTable,
  mode: LoadMode,
  data: Buffer,
): Promise<ChunkDamage | undefined> {
  if (sstable.listed.has('CompressionInfo.db')) {
    const info = parseCompressionInfo(await readComponent(sstable, 'CompressionInfo.db'), sstable.version);
    if (info === undefined)
      throw invalidArgument('write: to-be-written value would overflow the allocated bits');
    return damagedCompressedChunk(data, info);
  }
  // Load and stream does not look at CRC.db: changed bytes of an uncompressed table get in.
  const isVerified = mode === 'local' && sstable.listed.has('CRC.db');
  return isVerified ? damagedPiece(data, await readComponent(sstable, 'CRC.db')) : undefined;
}

const pathOf = (sstable: UploadedSSTable, component: string) =>
  join(sstable.directory, `${sstable.prefix}-${component}`);

const readComponent = (sstable: UploadedSSTable, component: string) => readFile(pathOf(sstable, component));
