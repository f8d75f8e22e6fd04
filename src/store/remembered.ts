import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError } from '../errors.js';
import { verifiedSchema, worthRemembering, type Verified } from '../model/verification.js';
import { errorCode, makeDirectory, PRIVATE_DIRECTORY, reasonOf, writeDurably } from '../system/files.js';
import type { Layout } from './layout.js';
import type { StoredBackup } from './store.js';

/**
 * Where the result of a verification is kept: named after the manifest's checksum, so that it cannot speak of another backup
 * that came to have the same name. Without a manifest the archive's size, time and inode have to do.
 */
export async function noteOf(layout: Layout, backup: StoredBackup): Promise<string> {
  if (backup.kind === 'manifest') return join(layout.verified, `${backup.manifest.checksum}.json`);
  const { size, mtimeMs, ino } = await lstat(backup.archive);
  const what = JSON.stringify([backup.table, size, mtimeMs, ino]);
  return join(layout.verified, `${createHash('sha256').update(what).digest('hex')}.json`);
}

/** Undefined where nothing is known, or nothing that can be read: then nobody has verified it. */
export async function readNote(layout: Layout, backup: StoredBackup): Promise<Verified | undefined> {
  try {
    const text = await readFile(await noteOf(layout, backup), 'utf8');
    const { at, depth, state, problems } = verifiedSchema.parse(JSON.parse(text));
    return { at, depth, state, problems };
  } catch {
    return undefined;
  }
}

/** Writes it down unless more is known already. Rejects with `files`. */
export async function writeNote(layout: Layout, backup: StoredBackup, verified: Verified): Promise<void> {
  if (!worthRemembering(verified, await readNote(layout, backup))) return;
  try {
    await makeNotes(layout.verified);
    const { table } = backup;
    const label = backup.kind === 'manifest' ? backup.label : null;
    await writeDurably(await noteOf(layout, backup), `${JSON.stringify({ table, label, ...verified })}\n`);
  } catch (error) {
    throw new KnownError(
      'files',
      `The result for ${backup.table} cannot be remembered in ${layout.verified}: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

/** One step first: making the parents too, a read-only file system answers as if they were missing. */
async function makeNotes(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: PRIVATE_DIRECTORY });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') await makeDirectory(directory);
    else if (errorCode(error) !== 'EEXIST') throw error;
  }
}
