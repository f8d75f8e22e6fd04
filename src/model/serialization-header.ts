import { crc32 } from 'node:zlib';
import { KnownError } from '../errors.js';
import { keyTypesOfClass, typeOfClass } from './fit-marshal-type.js';
import { HeaderBytes } from './fit-header-bytes.js';
import { parseComponentName } from './sstable.js';

export interface HeaderColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * What the rows of one SSTable consist of, types in CQL (`text`, `map<text, blob>`). The names of keys are not in it, nor
 * whether a clustering key runs downwards. Scylla lists all columns that the table had when the file was written
 * (sstables/mx/writer.cc), Cassandra only those that one of the rows had: absence says nothing.
 */
export interface SerializationHeader {
  readonly partitionKey: readonly string[];
  readonly clustering: readonly string[];
  readonly staticColumns: readonly HeaderColumn[];
  readonly regularColumns: readonly HeaderColumn[];
}

/** A file as far as it has to be read. `readAt` gives fewer bytes only where the file ends. */
export interface StatisticsFile {
  /** The name without its directory: it says which format the file has. */
  readonly name: string;
  readonly size: number;
  readAt(offset: number, length: number): Promise<Buffer>;
}

export const STATISTICS = 'Statistics.db';

/**
 * Formats whose Statistics.db is known, and whether checksums stand between its parts. Scylla's `ms` and `mt` changed the
 * index files only: table of parts and header are written by the same code as those of `me` (sstables/mx/writer.cc,
 * sstables/stats_metadata.hh).
 */
const CHECKSUMS_OF_FORMAT: Readonly<Record<string, boolean>> = {
  mc: false,
  md: false,
  me: false,
  ms: false,
  mt: false,
  nb: true,
};

/** The kind of part that the header is; the others are validation, compaction and statistics. */
const HEADER = 3;
/** All formats have four parts. */
const MOST_PARTS = 16;
/** A header has a few hundred bytes, with a thousand columns of long names some hundred thousand. */
const LONGEST_HEADER = 4 << 20;
const CHECKSUM = 4;

/**
 * Reads the serialization header of an SSTable's Statistics.db, and nothing else of it. Rejects with `refused` where the
 * file's name tells of a format that is not known, and with `damaged` where the bytes are not such a file: never with a
 * guess. Failures of `readAt` pass through.
 */
export async function readSerializationHeader(file: StatisticsFile): Promise<SerializationHeader> {
  const checksums = hasChecksums(file.name);
  try {
    const { start, end } = await headerPlace(file, checksums);
    const bytes = await exactly(file, start, end - start);
    return parseHeader(checksums ? withoutChecksum(bytes) : bytes);
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    const what = error.message.replace(/\.$/, '');
    throw new KnownError('damaged', `${file.name} is damaged: ${what}.`, { cause: error });
  }
}

function parseHeader(header: Buffer): SerializationHeader {
  const bytes = new HeaderBytes(header);
  // The least timestamp, deletion time and time to live of its rows.
  bytes.number();
  bytes.number();
  bytes.number();
  const column = (): HeaderColumn => ({ name: bytes.text(), type: typeOfClass(bytes.text()) });
  const parsed = {
    partitionKey: keyTypesOfClass(bytes.text()),
    clustering: bytes.list(() => typeOfClass(bytes.text())),
    staticColumns: bytes.list(column),
    regularColumns: bytes.list(column),
  };
  bytes.expectEnd();
  return parsed;
}

function hasChecksums(name: string): boolean {
  const parsed = parseComponentName(name);
  const checksums = parsed?.component === STATISTICS ? CHECKSUMS_OF_FORMAT[parsed.format] : undefined;
  if (checksums === undefined) {
    const known = Object.keys(CHECKSUMS_OF_FORMAT).join(', ');
    throw new KnownError(
      'refused',
      `What ${name} says of its table cannot be read: it is not the ${STATISTICS} of an SSTable in a known format (${known}).`,
    );
  }
  return checksums;
}

/** Where the header lies. The parts need not be in order (Scylla 2.x, scylladb#3937). */
async function headerPlace(
  file: StatisticsFile,
  checksums: boolean,
): Promise<{ readonly start: number; readonly end: number }> {
  const checksum = checksums ? CHECKSUM : 0;
  const counted = await exactly(file, 0, 4 + checksum);
  const parts = counted.readUInt32BE(0);
  if (parts === 0 || parts > MOST_PARTS) throw damaged(`it would have ${parts} parts`);
  const table = await exactly(file, counted.length, parts * 8 + checksum);
  if (checksums) {
    const ofCount = crc32(counted.subarray(0, 4));
    expectSame(ofCount, counted.readUInt32BE(4));
    // The second one goes on where the first ended.
    expectSame(crc32(table.subarray(0, parts * 8), ofCount), table.readUInt32BE(parts * 8));
  }

  const entries = Array.from({ length: parts }, (_, i) => ({
    kind: table.readUInt32BE(i * 8),
    offset: table.readUInt32BE(i * 8 + 4),
  }));
  const [header, another] = entries.filter(({ kind }) => kind === HEADER);
  if (header === undefined) throw damaged('it has no serialization header');
  if (another !== undefined) throw damaged('it has two serialization headers');
  const start = header.offset;
  if (start < counted.length + table.length || start >= file.size)
    throw damaged(`its serialization header would begin at byte ${start} of ${file.size}`);
  const end = Math.min(file.size, ...entries.map(({ offset }) => offset).filter((offset) => offset > start));
  if (end - start > LONGEST_HEADER)
    throw damaged(`its serialization header would be ${end - start} bytes long`);
  return { start, end };
}

function withoutChecksum(part: Buffer): Buffer {
  if (part.length < CHECKSUM) throw damaged('its serialization header has no checksum');
  const content = part.subarray(0, -CHECKSUM);
  expectSame(crc32(content), part.readUInt32BE(content.length));
  return content;
}

function expectSame(computed: number, written: number): void {
  if (computed !== written) throw damaged('a checksum in it is wrong');
}

async function exactly(file: StatisticsFile, offset: number, length: number): Promise<Buffer> {
  if (offset + length > file.size) throw damaged(`it ends at byte ${file.size}`);
  const bytes = await file.readAt(offset, length);
  if (bytes.length !== length) throw damaged(`it ends at byte ${offset + bytes.length}`);
  return bytes;
}

/** `readSerializationHeader` puts the file's name before it. */
const damaged = (what: string): KnownError => new KnownError('damaged', what);
