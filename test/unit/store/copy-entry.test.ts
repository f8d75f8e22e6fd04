import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { reusableParts, type FileNow } from '../../../src/model/reuse.js';
import { packArchive } from '../../../src/store/archive/pack.js';
import { proveArchive } from '../../../src/store/archive/prove-archive.js';
import { packedFolder, type ArchiveOfManifest } from '../../support/segmented-archive.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const run = promisify(execFile);
const { signal } = new AbortController();
const MIB = 1024 * 1024;
const DATA = 'me-1-big-Data.db';

/** One SSTable of some blocks, with a file that is none before it and behind it. */
async function largeFolder(): Promise<string> {
  const directory = join(await temporaryDirectory(), 'in');
  await mkdir(directory);
  const data = Buffer.concat([randomBytes(3 * MIB), Buffer.alloc(2 * MIB, 'abc'), randomBytes(12_345)]);
  const files = {
    'manifest.json': Buffer.from('{}'),
    [DATA]: data,
    'me-1-big-Digest.crc32': Buffer.from(String(crc32(data))),
    'me-1-big-Index.db': randomBytes(1.5 * MIB),
    'me-1-big-TOC.txt': Buffer.from('Data.db\n'),
    'schema.cql': Buffer.from('CREATE TABLE'),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(directory, name), bytes);
  return directory;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function packedAgain(directory: string, older: string, record: ArchiveOfManifest) {
  const again = await copiedFrom(directory, older, record.entries);
  await expectSame(directory, again.archive, again.packed, record);
  return again;
}

const opened = (record: ArchiveOfManifest): ArchiveOfManifest => ({
  ...record,
  entries: record.entries.map((entry) => ({ ...entry, segment: { ...entry.segment!, opened: true } })),
});

async function copiedFrom(directory: string, older: string, entries: ArchiveOfManifest['entries']) {
  const files: FileNow[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const { size, mtimeMs } = await stat(join(directory, name));
    files.push({ name, size, mtimeMs });
  }
  const digest = await readFile(join(directory, 'me-1-big-Digest.crc32'));
  const digests = new Map([['me-1-big', { sha256: sha256(digest), crc32: Number(String(digest)) }]]);
  const damaged: (readonly [string | null, string])[] = [];
  const archive = join(await temporaryDirectory(), 'again.tar.gz');
  const told: number[] = [];
  const packed = await packArchive({
    directory,
    files,
    archive,
    jobs: 2,
    signal,
    onBytes: (bytes) => told.push(bytes),
    reuse: {
      archive: older,
      entries: reusableParts(files, digests, entries),
      onDamaged: (name, problem) => damaged.push([name, problem]),
    },
  });
  const reused = packed.entries.filter((entry) => entry.reused).map(({ name }) => name);
  expect(told.at(-1)).toBe(files.reduce((sum, { size }) => sum + size, 0));
  return { archive, packed, reused, damaged };
}

/** By our own proof, and by programs that know nothing of segments. */
async function expectSame(
  directory: string,
  archive: string,
  packed: Awaited<ReturnType<typeof packArchive>>,
  { name }: ArchiveOfManifest,
): Promise<void> {
  expect(sha256(await readFile(archive))).toBe(packed.sha256);
  const entries = packed.entries.map(({ name: file, size, sha256: sum, mtimeMs, segment }) => ({
    ...{ name: file, size, sha256: sum, mtimeMs, segment },
    digest: null,
  }));
  const record = { name, size: packed.size, sha256: packed.sha256, entries };
  expect((await proveArchive({ archive, record, jobs: 2, signal })).problems).toEqual([]);
  await run('gzip', ['-t', archive]);
  const out = await temporaryDirectory();
  await run('tar', ['xzf', archive, '-C', out]);
  expect((await readdir(out)).sort()).toEqual((await readdir(directory)).sort());
  for (const file of await readdir(out))
    expect((await readFile(join(out, file))).equals(await readFile(join(directory, file))), file).toBe(true);
}

const COMPONENTS = [DATA, 'me-1-big-Digest.crc32', 'me-1-big-Index.db', 'me-1-big-TOC.txt'];

describe('An archive of which an older one has most', () => {
  it('takes its compressed bytes over, and is the same to every reader', async () => {
    const directory = await largeFolder();
    const { archive, record } = await packedFolder(directory);
    const { reused, damaged, packed } = await packedAgain(directory, archive, record);
    expect([reused, damaged]).toEqual([COMPONENTS, []]);
    expect(packed.sha256).toBe(record.sha256);
  });

  it.each([
    ['first', 'never decompressed', 'a block of it'],
    ['last', 'never decompressed', 'a block of it'],
    ['first', 'decompressed once', 'sha-256 of the segment differs'],
    ['last', 'decompressed once', 'sha-256 of the segment differs'],
  ] as const)(
    'takes back what it has copied when the %s byte of a long segment (%s) is wrong, and goes on behind it',
    async (which, state, problem) => {
      const directory = await largeFolder();
      const { archive, record: packed } = await packedFolder(directory);
      const record = state === 'decompressed once' ? opened(packed) : packed;
      const { segment } = record.entries.find(({ name }) => name === DATA)!;
      const bytes = await readFile(archive);
      bytes[which === 'first' ? segment!.offset : segment!.offset + segment!.length - 1]! ^= 1;
      await writeFile(archive, bytes);
      const again = await packedAgain(directory, archive, record);
      expect(again.reused).toEqual(COMPONENTS.slice(1));
      expect(again.damaged).toEqual([[DATA, expect.stringContaining(problem)]]);
      expect(again.packed.sha256).toBe(record.sha256);
    },
  );

  it('decompresses what it copies once, and never again: the next archive has the note of it', async () => {
    const directory = await largeFolder();
    const { archive, record } = await packedFolder(directory);
    const { packed } = await packedAgain(directory, archive, record);
    const noted = packed.entries.filter(({ segment }) => segment.opened === true).map(({ name }) => name);
    expect(noted).toEqual(COMPONENTS);
    // The same segments without a single gzip member in them: who would decompress them would find out.
    const noise = randomBytes(record.size);
    const other = join(await temporaryDirectory(), 'noise');
    await writeFile(other, noise);
    const entries = packed.entries.map((entry) => {
      const { offset, length } = entry.segment;
      const sum = sha256(noise.subarray(offset, offset + length));
      return { ...entry, digest: 'ok' as const, segment: { ...entry.segment, sha256: sum } };
    });
    const copied = await copiedFrom(directory, other, entries);
    expect(copied.damaged).toEqual([]);
    expect(copied.reused).toEqual(COMPONENTS);
  });

  it('never copies what was compressed wrong, though every checksum of the older one is right: that would go on for ever', async () => {
    const directory = await largeFolder();
    const good = await packedFolder(directory);
    // As a bit that flips in memory between hashing and deflating leaves it.
    const flipped = await temporaryDirectory();
    for (const name of await readdir(directory)) {
      const bytes = await readFile(join(directory, name));
      if (name === DATA || name.endsWith('Index.db')) bytes[bytes.length - 1]! ^= 1;
      await writeFile(join(flipped, name), bytes);
      const { atime, mtime } = await stat(join(directory, name));
      await utimes(join(flipped, name), atime, mtime);
    }
    const bad = await packedFolder(flipped);
    const entries = bad.record.entries.map((entry, index) => {
      return { ...entry, sha256: good.record.entries[index]!.sha256 };
    });
    const again = await packedAgain(directory, bad.archive, { ...bad.record, entries });
    expect(again.damaged.map(([name]) => name)).toEqual([DATA, 'me-1-big-Index.db']);
    expect(again.damaged[0]![1]).toContain('not the bytes that were archived');
    expect(again.reused).toEqual(['me-1-big-Digest.crc32', 'me-1-big-TOC.txt']);
    expect(again.packed.sha256).toBe(good.record.sha256);
  });

  it('compresses anew what the older one ends before, and says so of each', async () => {
    const directory = await largeFolder();
    const { archive, record } = await packedFolder(directory);
    await truncate(archive, 2 * MIB);
    const { reused, damaged } = await packedAgain(directory, archive, record);
    expect(reused).toEqual([]);
    expect(damaged.map(([name]) => name)).toEqual(COMPONENTS);
    expect(damaged[0]![1]).toBe('the archive ends before it does');
  });

  it('compresses all anew, and says so once, when the older one cannot be opened', async () => {
    const directory = await largeFolder();
    const { record } = await packedFolder(directory);
    const { reused, damaged } = await packedAgain(directory, '/no/such/archive', record);
    expect(reused).toEqual([]);
    expect(damaged).toEqual([[null, expect.stringContaining('/no/such/archive cannot be opened')]]);
  });

  it('writes a file with other bytes as it is now, though size, time and digest are those of before', async () => {
    const directory = await largeFolder();
    const { archive, record } = await packedFolder(directory);
    for (const name of [DATA, 'me-1-big-Index.db']) {
      const path = join(directory, name);
      const bytes = await readFile(path);
      bytes[bytes.length - 1]! ^= 1;
      await writeFile(path, bytes);
    }
    const entries = await Promise.all(
      record.entries.map(async (entry) => {
        const { mtimeMs } = await stat(join(directory, entry.name));
        return { ...entry, mtimeMs };
      }),
    );
    const { reused, damaged } = await packedAgain(directory, archive, { ...record, entries });
    expect([reused, damaged]).toEqual([['me-1-big-Digest.crc32', 'me-1-big-TOC.txt'], []]);
  });
});

describe('What of an older archive may be the same', () => {
  const entry = (name: string, more: object = {}) => ({
    ...{ name, size: 1, sha256: 'd', mtimeMs: 1999, digest: null },
    segment: { offset: 0, length: 1, sha256: 's' },
    ...more,
  });
  const ENTRIES = [
    entry('me-1-big-Data.db', { digest: 'ok' as const }),
    entry('me-1-big-Digest.crc32'),
    entry('me-1-big-Index.db'),
    entry('schema.cql'),
  ];
  const FILES = ENTRIES.map(({ name, size }) => ({ name, size, mtimeMs: 1000 }));
  const DIGESTS = new Map([['me-1-big', { sha256: 'd', crc32: 7 }]]);
  const namesOf = (...args: Parameters<typeof reusableParts>) => [...reusableParts(...args).keys()];
  const ALL = ['me-1-big-Data.db', 'me-1-big-Digest.crc32', 'me-1-big-Index.db'];

  it('is each component with the same name, size and second, and none of the notes', () => {
    expect(namesOf(FILES, DIGESTS, ENTRIES)).toEqual(ALL);
    expect(reusableParts(FILES, DIGESTS, ENTRIES).get('me-1-big-Data.db')?.crc32).toBe(7);
    expect(reusableParts(FILES, DIGESTS, ENTRIES).get('me-1-big-Index.db')?.crc32).toBeUndefined();
  });

  it.each([
    ['another size', { size: 2 }],
    ['another second', { mtimeMs: 2000 }],
    ['another name', { name: 'me-2-big-Index.db' }],
  ])('is not a file of %s', (_what, change) => {
    const files = FILES.map((file) => (file.name.endsWith('Index.db') ? { ...file, ...change } : file));
    expect(namesOf(files, DIGESTS, ENTRIES)).toEqual(ALL.slice(0, 2));
  });

  it('is nothing of an SSTable whose digest is another one, or is not there', () => {
    expect(namesOf(FILES, new Map([['me-1-big', { sha256: 'e', crc32: 7 }]]), ENTRIES)).toEqual([]);
    expect(namesOf(FILES, new Map(), ENTRIES)).toEqual([]);
    const unproven = ENTRIES.map((each) => ({ ...each, digest: null }));
    expect(namesOf(FILES, DIGESTS, unproven)).toEqual([]);
  });

  it('is nothing without a place in the archive', () => {
    expect(
      namesOf(
        FILES,
        DIGESTS,
        ENTRIES.map((each) => ({ ...each, segment: null })),
      ),
    ).toEqual([]);
  });
});
