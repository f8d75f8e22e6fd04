import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { ArchiveEntry, Manifest } from '../../src/model/manifest.js';
import { END_OF_ARCHIVE, memberOf } from '../../src/store/archive/gzip-member.js';
import { packArchive } from '../../src/store/archive/pack.js';
import { sstableFolder } from './backup-fixture.js';
import { temporaryDirectory } from './temporary-directory.js';

export type ArchiveOfManifest = Manifest['archive'];

/** An archive of the product with what a manifest would say of it. */
export async function packedFolder(
  directory: string,
  at?: string,
): Promise<{ readonly archive: string; readonly record: ArchiveOfManifest }> {
  const archive = at ?? join(await temporaryDirectory(), 'users_backup.tar.gz');
  const names = (await readdir(directory)).sort();
  const files = await Promise.all(
    names.map(async (name) => ({ name, size: (await stat(join(directory, name))).size })),
  );
  const { signal } = new AbortController();
  const packed = await packArchive({ directory, files, archive, jobs: 2, signal, onBytes: () => undefined });
  const entries = packed.entries.map(({ name, size, sha256, mtimeMs, segment }): ArchiveEntry => {
    const digest = name.endsWith('-Data.db') ? ('ok' as const) : null;
    return { name, size, sha256, mtimeMs, digest, segment };
  });
  const { size, sha256 } = packed;
  return { archive, record: { name: 'users_backup.tar.gz', size, sha256, entries } };
}

/** One small SSTable, packed. */
export async function packedSSTable(): Promise<{
  readonly directory: string;
  readonly archive: string;
  readonly record: ArchiveOfManifest;
}> {
  const directory = await sstableFolder(await temporaryDirectory(), { a: 1 });
  return { directory, ...(await packedFolder(directory)) };
}

/** A forged entry: what is in the archive, and what the manifest says of it. Every checksum is right. */
export interface Forged {
  readonly name: string;
  /** The whole content of the segment, tar header and padding included, cut into members. */
  readonly members: readonly Buffer[];
  readonly content: Buffer;
}

/** An archive with a manifest, made by somebody who knows the format and can compute checksums. */
export async function forgedArchive(
  forged: readonly Forged[],
): Promise<{ readonly archive: string; readonly record: ArchiveOfManifest }> {
  const archive = join(await temporaryDirectory(), 'users_backup.tar.gz');
  const parts: Buffer[] = [];
  let offset = 0;
  const entries = forged.map(({ name, members, content }): ArchiveEntry => {
    const bytes = Buffer.concat(members);
    const segment = { offset, length: bytes.byteLength, sha256: sha256Of(bytes) };
    parts.push(bytes);
    offset += bytes.byteLength;
    return { name, size: content.byteLength, sha256: sha256Of(content), mtimeMs: 0, digest: null, segment };
  });
  const whole = Buffer.concat([...parts, END_OF_ARCHIVE]);
  await writeFile(archive, whole);
  return {
    archive,
    record: { name: 'users_backup.tar.gz', size: whole.byteLength, sha256: sha256Of(whole), entries },
  };
}

export const member = (content: Buffer): Buffer =>
  Buffer.concat(memberOf(content, [deflateRawSync(content)]));

/** Offsets at which a member begins, and the end of the file: found by the lengths in the members themselves. */
export async function memberBoundaries(archive: string): Promise<readonly number[]> {
  const bytes = await readFile(archive);
  const found: number[] = [];
  for (let at = 0; at < bytes.byteLength; at += bytes.readUInt32LE(at + 16)) found.push(at);
  return [...found, bytes.byteLength];
}

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
