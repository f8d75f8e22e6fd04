import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { differences } from '../../../src/store/archive/compare.js';
import { packArchive } from '../../../src/store/archive/pack.js';
import { readArchive } from '../../../src/store/archive/read.js';
import { unpackArchive } from '../../../src/store/archive/unpack.js';
import { sourcesIn, sstableFolder } from '../../support/backup-fixture.js';
import { packedFolder } from '../../support/segmented-archive.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const MIB = 1024 * 1024;
const { signal } = new AbortController();

async function packed(items: Record<string, unknown> = { a: 1, b: 'x'.repeat(5_000) }) {
  const root = await temporaryDirectory();
  const directory = await sstableFolder(root, items);
  const names = (await readdir(directory)).sort();
  const archive = join(root, 'users_backup.tar.gz');
  const files = await sourcesIn(directory);
  const made = await packArchive({ directory, files, archive, jobs: 2, signal, onBytes: () => undefined });
  return { root, directory, names, archive, made };
}

describe('An archive', () => {
  it('is a tar.gz of ./<file> that any tar reads (B-74, T-12)', async () => {
    const { root, directory, names, archive } = await packed();
    expect(execFileSync('tar', ['tzf', archive], { encoding: 'utf8' })).toBe(
      names.map((name) => `./${name}\n`).join(''),
    );
    const out = join(root, 'out');
    await mkdir(out);
    execFileSync('tar', ['xzf', archive, '-C', out]);
    for (const name of names)
      expect(await readFile(join(out, name))).toEqual(await readFile(join(directory, name)));
  });

  it('is read back with the digests of what went in', async () => {
    const { directory, archive } = await packed();
    const sources = await sourcesIn(directory);
    const found = await readArchive({ archive, signal });
    expect(
      differences(
        sources.map(({ name, digests }) => ({ name, ...digests })),
        found,
      ),
    ).toEqual([]);
    expect(found.map(({ crc32 }) => crc32)).toEqual(sources.map(({ digests }) => digests.crc32));
  });

  it('of the documented script, with its ./ entry, is read too', async () => {
    const { root, directory, names } = await packed();
    const archive = join(root, 'documented.tar.gz');
    execFileSync('tar', ['czf', archive, '-C', directory, '.']);
    expect((await readArchive({ archive, signal })).map(({ name }) => name).sort()).toEqual(names);
  });

  it('is packed, read and unpacked in little memory, however large: a server lives on the same machine', async () => {
    const root = await temporaryDirectory();
    const directory = join(root, 'in');
    const out = join(root, 'out');
    await mkdir(directory);
    await mkdir(out);
    const name = 'nb-1-big-Data.db';
    const block = Buffer.concat(
      Array.from({ length: 64 }, () => randomBytes(256 * 1024)),
      16 * MIB,
    );
    await writeFile(join(directory, name), '');
    for (let written = 0; written < 10; written += 1) await appendFile(join(directory, name), block);
    const archive = join(root, 'users_backup.tar.gz');
    let most = 0;
    const onBytes = () => {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    };
    const before = process.memoryUsage().arrayBuffers;
    await packArchive({ directory, files: [{ name, size: 160 * MIB }], archive, jobs: 2, signal, onBytes });
    await readArchive({ archive, signal, onBytes });
    await unpackArchive(out, { archive, signal, onBytes });
    expect((most - before) / MIB).toBeLessThan(100);
  });

  it('of no files is one', async () => {
    const root = await temporaryDirectory();
    const archive = join(root, 'empty.tar.gz');
    await packArchive({ directory: root, files: [], archive, jobs: 2, signal, onBytes: () => undefined });
    expect(await readArchive({ archive, signal })).toEqual([]);
    execFileSync('tar', ['tzf', archive]);
  });

  it('is damaged wherever one byte of its content is wrong', async () => {
    const { archive, directory } = await packed({ a: 1 });
    const whole = await readFile(archive);
    const expected = (await sourcesIn(directory)).map(({ name, digests }) => ({ name, ...digests }));
    const undetected: number[] = [];
    for (let at = 10; at < whole.length; at += 7) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 0x10;
      await writeFile(archive, bytes);
      const found = await readArchive({ archive, signal }).catch(() => undefined);
      if (found && differences(expected, found).length === 0) undetected.push(at);
    }
    // What remains is in the tar headers: modes, times and padding that nobody reads. The archive's own SHA-256 knows.
    expect(undetected.length).toBeLessThan(whole.length / 7 / 3);
  });

  it.each([0.1, 0.5, 0.9, 0.99])('is damaged when only the first %f of it is there', async (share) => {
    const { archive } = await packed();
    await truncate(archive, Math.floor((await readFile(archive)).length * share));
    await expect(readArchive({ archive, signal })).rejects.toMatchObject({ kind: 'damaged' });
  });

  it('without the mark that ends a tar is damaged: cut off between two entries nothing else would tell', async () => {
    const directory = await sstableFolder(await temporaryDirectory(), { a: 1 });
    const { archive, record } = await packedFolder(directory);
    const bytes = await readFile(archive);
    const end = Math.max(...record.entries.map(({ segment }) => segment!.offset + segment!.length));
    const [first] = record.entries;
    for (const length of [end, first!.segment!.offset + first!.segment!.length]) {
      await writeFile(archive, bytes.subarray(0, length));
      await expect(readArchive({ archive, signal })).rejects.toMatchObject({
        kind: 'damaged',
        message: expect.stringContaining('without the mark that ends a tar') as string,
      });
    }
    // In one gzip stream too, as the documented script makes it.
    const tar = gunzipSync(bytes);
    await writeFile(archive, gzipSync(tar));
    expect(await readArchive({ archive, signal })).toHaveLength(record.entries.length);
    for (const blocks of [1, 2]) {
      await writeFile(archive, gzipSync(tar.subarray(0, tar.length - 512 * blocks)));
      await expect(readArchive({ archive, signal })).rejects.toMatchObject({ kind: 'damaged' });
    }
  });

  it('that is not compressed is damaged: `tar xzf` would not read it', async () => {
    const { archive } = await packedFolder(await sstableFolder(await temporaryDirectory(), { a: 1 }));
    await writeFile(archive, gunzipSync(await readFile(archive)));
    await expect(readArchive({ archive, signal })).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringContaining('does not begin as gzip does') as string,
    });
  });

  it('is damaged when it is no archive at all', async () => {
    const archive = join(await temporaryDirectory(), 'x.tar.gz');
    await writeFile(archive, 'this is not an archive '.repeat(100));
    await expect(readArchive({ archive, signal })).rejects.toMatchObject({ kind: 'damaged' });
  });
});

describe('Room for what an archive unpacks to', () => {
  it('is asked for before each entry, by the size that the entry has: a full disk stops the server', async () => {
    const root = await temporaryDirectory();
    const out = join(root, 'out');
    await mkdir(out);
    const small = Buffer.from('x'.repeat(100));
    const archive = join(root, 'x.tar.gz');
    // More follows than is read ahead, so that the end of the file is not what stops it.
    const bytes = [
      tarHeader('me-1-big-TOC.txt', 100),
      small,
      Buffer.alloc(412),
      tarHeader('me-1-big-Data.db', 2 ** 50),
    ];
    await writeFile(archive, gzipSync(Buffer.concat([...bytes, randomBytes(4 * MIB)])));
    await expect(unpackArchive(out, { archive, signal })).rejects.toMatchObject({
      kind: 'files',
      message: expect.stringMatching(/^No space left on device for unpacking me-1-big-Data\.db: /) as string,
    });
    expect(await readdir(out)).toEqual(['me-1-big-TOC.txt']);
  });
});

/** A header of the ustar format; sizes past 8 GiB as GNU tar writes them, in base 256. */
function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  if (size < 8 ** 11) header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  else {
    header.writeUInt8(0x80, 124);
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  header.write('00000000000\0', 136);
  header.write('        0', 148);
  header.write('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

describe('A hostile archive (T-56, U-11)', () => {
  const write = (name: string) => async (folder: string) => {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), 'x');
  };
  it.each<[string, readonly string[], (folder: string) => Promise<unknown>]>([
    [
      'a path that climbs out',
      ['--transform=s,^me,../me,', '-P', 'me-1-big-Data.db'],
      write('me-1-big-Data.db'),
    ],
    ['an absolute path', ['--transform=s,^me,/tmp/me,', '-P', 'me-1-big-Data.db'], write('me-1-big-Data.db')],
    ['a folder of its own', ['sub'], write('sub/me-1-big-Data.db')],
    ['a script', ['foo.sh'], write('foo.sh')],
    [
      'a symbolic link',
      ['me-1-big-Data.db'],
      (folder) => symlink('/etc/passwd', join(folder, 'me-1-big-Data.db')),
    ],
    [
      'a file that comes twice',
      ['me-1-big-Data.db', './me-1-big-Data.db', '--hard-dereference'],
      write('me-1-big-Data.db'),
    ],
  ])('with %s is refused, and nothing is written outside', async (_, args, prepare) => {
    const root = await temporaryDirectory();
    const folder = join(root, 'in');
    await mkdir(folder);
    await prepare(folder);
    const archive = join(root, 'x.tar.gz');
    execFileSync('tar', ['czf', archive, '-C', folder, ...args]);
    const out = join(root, 'staging', 'out');
    await mkdir(out, { recursive: true });
    await expect(unpackArchive(out, { archive, signal })).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringContaining('The archive holds') as string,
    });
    expect(await readdir(join(root, 'staging'))).toEqual(['out']);
    expect((await readdir(out)).filter((name) => name !== 'me-1-big-Data.db')).toEqual([]);
  });
});
