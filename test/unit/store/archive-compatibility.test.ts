import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { open, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { END_OF_ARCHIVE, memberLength } from '../../../src/store/archive/gzip-member.js';
import { packArchive } from '../../../src/store/archive/pack.js';
import { proveArchive } from '../../../src/store/archive/prove-archive.js';
import { hasSegment } from '../../../src/store/archive/entry-content.js';
import { readEntry } from '../../../src/store/archive/read-entry.js';
import { readArchive } from '../../../src/store/archive/read.js';
import { tarHeaderOf } from '../../../src/store/archive/tar-header.js';
import { needProgram } from '../../support/need-program.js';
import { packedFolder } from '../../support/segmented-archive.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const run = promisify(execFile);
const { signal } = new AbortController();
const MIB = 1024 * 1024;

const PYTHON = `
import sys, tarfile
archive, out = sys.argv[1:]
with tarfile.open(archive, 'r:gz') as tar:
    for entry in tar:
        assert entry.isreg(), entry.name
        print(entry.name)
    tar.extractall(out)
`;

/** How each program lists and unpacks an archive: the names it sees, one in a line. */
const READERS: Readonly<Record<string, (archive: string, out: string) => Promise<string>>> = {
  tar: async (archive, out) => {
    await run('tar', ['xzf', archive, '-C', out]);
    return (await run('tar', ['tzf', archive], { maxBuffer: 64 * MIB })).stdout;
  },
  bsdtar: async (archive, out) => {
    await run('bsdtar', ['-xzf', archive, '-C', out]);
    return (await run('bsdtar', ['-tzf', archive], { maxBuffer: 64 * MIB })).stdout;
  },
  busybox: async (archive, out) => {
    await run('busybox', ['tar', 'xzf', archive, '-C', out]);
    return (await run('busybox', ['tar', 'tzf', archive], { maxBuffer: 64 * MIB })).stdout;
  },
  python3: async (archive, out) =>
    (await run('python3', ['-c', PYTHON, archive, out], { maxBuffer: 64 * MIB })).stdout,
};

/** Files of every awkward size and name that a snapshot can have. */
async function awkwardFolder(): Promise<string> {
  const directory = join(await temporaryDirectory(), 'in');
  await mkdir(directory);
  const long = 'a'.repeat(28);
  const files: Readonly<Record<string, Buffer>> = {
    'manifest.json': Buffer.from('{}'),
    'me-1-big-Data.db': Buffer.concat([
      randomBytes(1.5 * MIB),
      Buffer.alloc(2 * MIB, 'abc'),
      randomBytes(700_001),
    ]),
    'me-1-big-Digest.crc32': Buffer.alloc(0),
    'me-1-big-Index.db': randomBytes(512),
    'me-1-big-Summary.db': Buffer.alloc(MIB, 'x'),
    'me-1-big-TOC.txt': Buffer.alloc(513, 'y'),
    [`me-${long}_${long}_${long}_${long}-big-Data.db`]: randomBytes(70_000),
    [`me-${'b'.repeat(200)}-big-Data.db`]: Buffer.from('a long name'),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(directory, name), bytes);
  await utimes(join(directory, 'manifest.json'), -1000, -1000);
  return directory;
}

const contentsOf = async (directory: string) =>
  Promise.all(
    (await readdir(directory)).sort().map(async (name) => {
      const bytes = await readFile(join(directory, name));
      return `${name} ${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`;
    }),
  );

describe('Any reader of tar.gz sees what we packed (B-74, T-12)', () => {
  describe.each(Object.entries(READERS))('%s', (program, read) => {
    it('lists and unpacks byte-identical files', async ({ skip }) => {
      needProgram(program, skip);
      const directory = await awkwardFolder();
      const { archive } = await packedFolder(directory);
      const out = join(await temporaryDirectory(), 'out');
      await mkdir(out);
      const listed = (await read(archive, out)).trimEnd().split('\n');
      expect(listed).toEqual((await readdir(directory)).sort().map((name) => `./${name}`));
      expect(await contentsOf(out)).toEqual(await contentsOf(directory));
    });

    it('reads 5,000 entries', { timeout: 120_000 }, async ({ skip }) => {
      needProgram(program, skip);
      const { directory, archive, record } = await manyFiles();
      const out = join(await temporaryDirectory(), 'out');
      await mkdir(out);
      const listed = (await read(archive, out)).trimEnd().split('\n');
      expect(listed).toHaveLength(5000);
      expect(record.entries).toHaveLength(5000);
      expect(await contentsOf(out)).toEqual(await contentsOf(directory));
    });
  });

  it.for(['gzip', 'pigz'])('%s -t finds it whole', async (program, { skip }) => {
    needProgram(program, skip);
    const { archive } = await packedFolder(await awkwardFolder());
    await run(program, ['-t', archive]);
  });
});

/** Made once for all readers, in a folder that outlives each of their tests. */
const manyFiles = (() => {
  let made: Promise<Awaited<ReturnType<typeof packedFolder>> & { readonly directory: string }> | undefined;
  let root: string | undefined;
  afterAll(async () => {
    if (root !== undefined) await rm(root, { recursive: true, force: true });
  });
  return () =>
    (made ??= (async () => {
      root = await mkdtemp(join(tmpdir(), 'altbk-test-'));
      const directory = join(root, 'in');
      await mkdir(directory);
      for (let number = 0; number < 5000; number += 1)
        await writeFile(
          join(directory, `me-${number}-big-TOC.txt`),
          `number ${number}\n`.repeat(number % 50),
        );
      return { directory, ...(await packedFolder(directory, join(root, 'many.tar.gz'))) };
    })());
})();

describe('Our own readers', () => {
  it('see the same in one stream, in parallel and entry by entry', async () => {
    const directory = await awkwardFolder();
    const { archive, record } = await packedFolder(directory);
    const streamed = await readArchive({ archive, signal });
    const { entries, problems } = await proveArchive({ archive, record, jobs: 3, signal });
    expect(problems).toEqual([]);
    expect(entries.map(({ name, sha256, crc32, size }) => ({ name, sha256, crc32, size }))).toEqual(
      streamed.map(({ name, sha256, crc32, size }) => ({ name, sha256, crc32, size })),
    );
    for (const entry of record.entries.filter(hasSegment)) {
      const parts: Uint8Array[] = [];
      for await (const part of readEntry(archive, entry, { jobs: 2, signal })) parts.push(part);
      expect(Buffer.concat(parts).equals(await readFile(join(directory, entry.name))), entry.name).toBe(true);
    }
  });

  it('read a manifest without segments, as versions before wrote them, in one stream', async () => {
    const directory = await awkwardFolder();
    const { archive, record } = await packedFolder(directory);
    const entries = record.entries.map((entry) => ({ ...entry, segment: null }));
    const old = await proveArchive({ archive, record: { ...record, entries }, jobs: 2, signal });
    expect(old.problems).toEqual([]);
    expect(old.entries).toHaveLength(entries.length);
    const bytes = await readFile(archive);
    bytes[bytes.length - END_OF_ARCHIVE.length - 3]! ^= 1;
    await writeFile(archive, bytes);
    expect(
      (await proveArchive({ archive, record: { ...record, entries }, jobs: 2, signal })).problems,
    ).not.toEqual([]);
  });

  it('find the archive of no files whole', async () => {
    const root = await temporaryDirectory();
    const archive = join(root, 'empty.tar.gz');
    const packed = await packArchive({
      directory: root,
      files: [],
      archive,
      jobs: 1,
      signal,
      onBytes: () => undefined,
    });
    const record = { name: 'empty.tar.gz', size: packed.size, sha256: packed.sha256, entries: [] };
    expect((await proveArchive({ archive, record, jobs: 1, signal })).problems).toEqual([]);
    const whole = await readFile(archive);
    for (let at = 0; at < whole.length; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 0x40;
      await writeFile(archive, bytes);
      expect((await proveArchive({ archive, record, jobs: 1, signal })).problems, `byte ${at}`).not.toEqual(
        [],
      );
    }
  });
});

describe('The writer', () => {
  it('stores what does not shrink, and grows it by less than a thousandth', async () => {
    const directory = join(await temporaryDirectory(), 'in');
    await mkdir(directory);
    await writeFile(join(directory, 'me-1-big-Data.db'), randomBytes(4 * MIB));
    const { record } = await packedFolder(directory);
    expect(record.size / (4 * MIB)).toBeLessThan(1.001);
  });

  it('ends with two zero blocks in a member of its own', () => {
    expect(memberLength(END_OF_ARCHIVE)).toBe(END_OF_ARCHIVE.length);
    expect(gunzipSync(END_OF_ARCHIVE)).toEqual(Buffer.alloc(1024));
  });

  it('refuses a file that has another size than the snapshot had', async () => {
    const directory = join(await temporaryDirectory(), 'in');
    await mkdir(directory);
    const name = 'me-1-big-Data.db';
    await writeFile(join(directory, name), 'twelve bytes');
    for (const size of [11, 13]) {
      const archive = join(await temporaryDirectory(), 'x.tar.gz');
      await expect(
        packArchive({
          directory,
          files: [{ name, size }],
          archive,
          jobs: 1,
          signal,
          onBytes: () => undefined,
        }),
      ).rejects.toMatchObject({ kind: 'files', message: expect.stringContaining(name) as string });
    }
  });

  it('refuses a file that is written to while it is read', async () => {
    const directory = join(await temporaryDirectory(), 'in');
    await mkdir(directory);
    const name = 'me-1-big-Data.db';
    const path = join(directory, name);
    await writeFile(path, randomBytes(20 * MIB));
    const archive = join(await temporaryDirectory(), 'x.tar.gz');
    let touched: Promise<void> | undefined;
    const onBytes = () => {
      touched ??= open(path, 'r+').then(async (handle) => {
        await handle.write('y', 19 * MIB);
        await handle.close();
      });
    };
    await expect(
      packArchive({ directory, files: [{ name, size: 20 * MIB }], archive, jobs: 1, signal, onBytes }),
    ).rejects.toMatchObject({ kind: 'files', message: expect.stringContaining('was written to') as string });
  });

  it('says sizes past 8 GiB and long names in a pax header', () => {
    expect(tarHeaderOf({ name: 'me-1-big-Data.db', size: 8 ** 11 - 1, mtimeMs: 0 })).toHaveLength(512);
    const header = tarHeaderOf({ name: 'me-1-big-Data.db', size: 8 ** 11, mtimeMs: 0 });
    expect(header.toString('latin1')).toContain(`size=${8 ** 11}\n`);
    const long = `me-${'a'.repeat(120)}-big-Data.db`;
    expect(tarHeaderOf({ name: long, size: 1, mtimeMs: 0 }).toString('latin1')).toContain(`path=./${long}\n`);
  });
});
