import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header, Pax } from 'tar';
import { describe, expect, it } from 'vitest';
import { memberOf, MOST_IN_MEMBER } from '../../../src/store/archive/gzip-member.js';
import { proveArchive } from '../../../src/store/archive/prove-archive.js';
import { tarHeaderOf } from '../../../src/store/archive/tar-header.js';
import { unpackArchive } from '../../../src/store/archive/unpack.js';
import {
  forgedArchive,
  member,
  memberBoundaries,
  packedSSTable,
  type ArchiveOfManifest,
  type Forged,
} from '../../support/segmented-archive.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const { signal } = new AbortController();
const prove = (archive: string, record: ArchiveOfManifest) =>
  proveArchive({ archive, record, jobs: 2, signal });

/** Unpacks below a folder of its own; gives the error and what was written outside. */
async function unpack(archive: string, record: ArchiveOfManifest) {
  const root = await temporaryDirectory();
  const out = join(root, 'staging');
  await mkdir(out);
  const error: unknown = await unpackArchive(out, { archive, record, jobs: 2, signal }).then(
    () => undefined,
    (problem: unknown) => problem,
  );
  return { error, outside: (await readdir(root)).filter((name) => name !== 'staging'), out };
}

describe('A damaged archive (T-35)', () => {
  it('that was cut off at a boundary of members, or at one of 50 other places, is found and never unpacks', async () => {
    const { archive, record } = await packedSSTable();
    const whole = await readFile(archive);
    const boundaries = (await memberBoundaries(archive)).slice(0, -1);
    expect(boundaries).toHaveLength(record.entries.length + 1);
    const others = Array.from({ length: 50 }, (_, index) => Math.floor((index * whole.length) / 50) + 3);
    for (const length of [...boundaries, ...others]) {
      await writeFile(archive, whole);
      await truncate(archive, length);
      expect((await prove(archive, record)).problems, `cut at ${length}`).not.toEqual([]);
      expect((await unpack(archive, record)).error, `cut at ${length}`).toMatchObject({ kind: 'damaged' });
    }
  });

  it('of which any single byte is flipped is found, every time, and the file is named', async () => {
    const { archive, record } = await packedSSTable();
    const whole = await readFile(archive);
    const tail = Math.max(...record.entries.map(({ segment }) => segment!.offset + segment!.length));
    for (let at = 0; at < whole.length; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << (at % 8);
      await writeFile(archive, bytes);
      const owner = record.entries.find(
        ({ segment }) => segment!.offset <= at && at < segment!.offset + segment!.length,
      );
      const { problems } = await prove(archive, record);
      expect(problems, `byte ${at}`).toHaveLength(1);
      expect(problems[0]!.file, `byte ${at}`).toBe(at < tail ? owner!.name : null);
    }
  });

  it('with garbage behind its end is found', async () => {
    const { archive, record } = await packedSSTable();
    const whole = await readFile(archive);
    for (const garbage of [Buffer.from([0]), Buffer.from('x'), gzipSync('more'), Buffer.alloc(1024)]) {
      await writeFile(archive, Buffer.concat([whole, garbage]));
      expect((await prove(archive, record)).problems).toEqual([
        { file: null, problem: `has ${whole.length + garbage.length} bytes instead of ${whole.length}` },
      ]);
      expect((await unpack(archive, record)).error).toMatchObject({ kind: 'damaged' });
    }
  });

  it('is told from that of another backup, whose manifest lies beside it', async () => {
    const [one, other] = [await packedSSTable(), await packedSSTable()];
    expect((await prove(one.archive, other.record)).problems).not.toEqual([]);
    expect((await unpack(one.archive, other.record)).error).toMatchObject({ kind: 'damaged' });
    const early = { ...one.record, entries: one.record.entries.slice(1) };
    expect((await prove(one.archive, early)).problems).not.toEqual([]);
    const late = { ...one.record, entries: one.record.entries.slice(0, -1) };
    expect((await prove(one.archive, late)).problems).toContainEqual({
      file: null,
      problem: 'is not filled by its entries: the manifest belongs to another one',
    });
  });

  it('names each of several damaged files, and proves the others', async () => {
    const { archive, record } = await packedSSTable();
    const bytes = await readFile(archive);
    const [first, , third] = record.entries;
    for (const entry of [first!, third!]) bytes[entry.segment!.offset + 25]! ^= 1;
    await writeFile(archive, bytes);
    const { problems, entries } = await prove(archive, record);
    expect(problems.map(({ file }) => file).sort()).toEqual([first!.name, third!.name].sort());
    expect(entries).toHaveLength(record.entries.length - 2);
  });
});

const NAME = 'me-1-big-Data.db';
const content = Buffer.from('the data');
const padded = (header: Buffer, data: Buffer) => {
  const padding = Buffer.alloc((512 - (data.byteLength % 512)) % 512);
  return member(Buffer.concat([header, data, padding]));
};
const block = (fields: ConstructorParameters<typeof Header>[0]) => {
  const header = new Header(fields);
  header.encode();
  return header.block!;
};
const plain = {
  path: `./${NAME}`,
  size: content.byteLength,
  mtime: new Date(0),
  mode: 0o644,
  type: 'File' as const,
};
const one = (...members: Buffer[]): Forged[] => [{ name: NAME, members, content }];
const sound = padded(tarHeaderOf({ name: NAME, size: content.byteLength, mtimeMs: 0 }), content);

describe('A hostile archive whose manifest and every checksum fit (T-56, U-11)', () => {
  const cases: readonly (readonly [string, readonly Forged[], RegExp])[] = [
    ['a path that climbs out', [{ name: '../x', members: [sound], content }], /belongs into no snapshot/],
    ['an absolute path', [{ name: '/etc/x', members: [sound], content }], /belongs into no snapshot/],
    ['another name in its tar header', one(padded(block({ ...plain, path: './../../x' }), content)), /names/],
    [
      'an absolute name in its tar header',
      one(padded(block({ ...plain, path: '/etc/x' }), content)),
      /names/,
    ],
    [
      'a symbolic link',
      one(padded(block({ ...plain, type: 'SymbolicLink', linkpath: '/etc/passwd' }), content)),
      /no regular file/,
    ],
    [
      'a hard link',
      one(padded(block({ ...plain, type: 'Link', linkpath: './x' }), content)),
      /no regular file/,
    ],
    ['a device', one(padded(block({ ...plain, type: 'CharacterDevice' }), content)), /no regular file/],
    ['a directory', one(padded(block({ ...plain, type: 'Directory' }), content)), /names|no regular file/],
    [
      '10 TB in its tar header',
      one(padded(block({ ...plain, size: 10 ** 13 }), content)),
      /says 10000000000000 bytes/,
    ],
    [
      'another name in a pax header',
      one(padded(Buffer.concat([new Pax({ path: '/etc/x' }).encode(), block(plain)]), content)),
      /names \/etc\/x/,
    ],
    [
      'a pax header that says it is a link',
      one(padded(Buffer.concat([new Pax({ linkpath: '/etc/x' }).encode(), block(plain)]), content)),
      /unknown member linkpath/,
    ],
    ['a header that is damaged', one(padded(Buffer.alloc(512, 1), content)), /header is damaged/],
    [
      'a gzip bomb',
      one(sound, ...Array.from({ length: 20 }, () => member(Buffer.alloc(MOST_IN_MEMBER)))),
      /more comes out/,
    ],
    [
      'a bomb in a member that says it is small',
      one(sound, lying(gzipSync(Buffer.alloc(64 * MOST_IN_MEMBER)))),
      /cannot be decompressed|another length/,
    ],
    [
      'bytes behind a member’s end that another reader would see',
      one(withHidden(sound)),
      /cannot be decompressed|another length/,
    ],
    ['a second entry hidden behind the first', one(sound, sound), /more comes out/],
    ['less than it says', one(member(block(plain))), /less comes out/],
    ['nothing at all', one(), /less comes out/],
    [
      'the same name twice',
      [
        { name: NAME, members: [sound], content },
        { name: NAME, members: [sound], content },
      ],
      /twice/,
    ],
    [
      'a member of another program',
      one(gzipSync(tarHeaderOf({ name: NAME, size: 8, mtimeMs: 0 }))),
      /does not begin/,
    ],
  ];

  it.each(cases)('with %s is refused, and nothing is written outside', async (_, forged, said) => {
    const { archive, record } = await forgedArchive(forged);
    const { problems } = await prove(archive, record);
    expect(problems.map(({ file, problem }) => `${file} ${problem}`).join('\n')).toMatch(said);
    const { error, outside } = await unpack(archive, record);
    expect(error).toMatchObject({ kind: 'damaged', message: expect.stringMatching(said) as string });
    expect(outside).toEqual([]);
  });

  it('with setuid bits is unpacked without them', async () => {
    const { archive, record } = await forgedArchive(one(padded(block({ ...plain, mode: 0o6777 }), content)));
    const { error, out } = await unpack(archive, record);
    expect(error).toBeUndefined();
    const { mode } = await import('node:fs/promises').then(({ stat }) => stat(join(out, NAME)));
    expect(mode & 0o7777).toBe(0o600);
  });
});

/** A member whose length field tells of one byte, around the deflated bytes of a whole bomb. */
function lying(bomb: Buffer): Buffer {
  return Buffer.concat(memberOf(Buffer.from('x'), [bomb.subarray(10, -8)]));
}

/** The member ends, checksum and all, before its own length says; zlib stops at the zeros that follow. */
function withHidden(member: Buffer): Buffer {
  const hidden = Buffer.concat([member, Buffer.alloc(6), member.subarray(-4)]);
  hidden.writeUInt32LE(hidden.byteLength, 16);
  return hidden;
}
