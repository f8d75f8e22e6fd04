import { constants } from 'node:fs';
import { access, lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError, messageOf } from '../errors.js';
import { parseManifest, type Manifest } from '../model/manifest.js';
import { isTableName } from '../model/table-name.js';
import { errorCode, exists, namesIn, reasonOf } from '../system/files.js';
import {
  ALTERNATOR_SCHEMA_FILE,
  archiveFile,
  KEYSPACE_FILE,
  LEGACY_SCHEMA_FILE,
  MANIFEST_FILE,
  README_FILE,
  TABLE_SCHEMA_FILE,
} from './layout.js';
import { hasReadmeOf } from './readme-of.js';
import type { StoredBackup, UnusableFolder } from './store.js';

/**
 * What a folder below the store's root is: a backup, something with a table's name that is none, or nothing of ours. One
 * that we may not read is the second.
 */
export async function readBackupFolder(
  folder: string,
  name: string,
): Promise<StoredBackup | UnusableFolder | undefined> {
  try {
    return await readFolder(folder, name);
  } catch (error) {
    if (!(error instanceof KnownError) || error.kind !== 'files') throw error;
    return { table: name, folder, problem: error.message, cause: error };
  }
}

/** The same; rejects with `missing` or `files` where it cannot be read. */
async function readFolder(folder: string, name: string): Promise<StoredBackup | UnusableFolder | undefined> {
  if (!isTableName(name)) return undefined;
  const found = await lstat(folder).catch((error: unknown) => {
    throw errorCode(error) === 'ENOENT'
      ? // The documented words.
        new KnownError('missing', `Backup folder ${folder} does not exist`, { cause: error })
      : cannotRead(folder, error);
  });
  if (!found.isDirectory()) return undefined;

  const names = new Set(await namesIn(folder));
  const archive = join(folder, archiveFile(name));
  const unusable = (problem: string) => ({ table: name, folder, problem });
  // Somebody's own folder, whose name a table could have. An empty one, or one with our README.txt alone, may be what is left
  // of a backup.
  const isOurs = [
    MANIFEST_FILE,
    archiveFile(name),
    TABLE_SCHEMA_FILE,
    LEGACY_SCHEMA_FILE,
    ALTERNATOR_SCHEMA_FILE,
    KEYSPACE_FILE,
  ].some((file) => names.has(file));
  const hasOnlyReadme = names.size === 1 && names.has(README_FILE);
  if (!isOurs && names.size > 0 && !(hasOnlyReadme && (await hasReadmeOf(folder, name)))) return undefined;

  if (names.has(MANIFEST_FILE)) {
    const manifest = await readManifest(folder);
    if (typeof manifest === 'string') return unusable(`${MANIFEST_FILE} cannot be trusted: ${manifest}`);
    if (manifest.table.name !== name)
      return unusable(`${MANIFEST_FILE} is of table '${manifest.table.name}'`);
    if (!names.has(manifest.archive.name)) return unusable(`${manifest.archive.name} is missing`);
    await expectReadable(archive);
    return { kind: 'manifest', table: name, folder, archive, label: manifest.label, manifest };
  }
  if (!names.has(archiveFile(name))) return unusable(`${archiveFile(name)} is missing`);
  await expectReadable(archive);
  if (names.has(TABLE_SCHEMA_FILE))
    return { kind: 'documented', layout: 'separated', table: name, folder, archive };
  if (names.has(LEGACY_SCHEMA_FILE))
    return { kind: 'documented', layout: 'legacy', table: name, folder, archive };
  return unusable(`${TABLE_SCHEMA_FILE} is missing`);
}

export const isUnusable = (found: StoredBackup | UnusableFolder): found is UnusableFolder =>
  'problem' in found;

/** The manifest of a folder, or what is wrong with it. Rejects with `files` where we may not read it. */
export async function readManifest(folder: string): Promise<Manifest | string> {
  const path = join(folder, MANIFEST_FILE);
  try {
    return parseManifest(await manifestText(folder));
  } catch (error) {
    if (isForbidden(error)) throw cannotRead(path, error);
    return messageOf(error);
  }
}

/** Rejects where it is no file: whoever opens a pipe waits for a writer. */
export async function manifestText(folder: string): Promise<string> {
  const path = join(folder, MANIFEST_FILE);
  if (!(await lstat(path)).isFile()) throw new Error('it is no regular file');
  return readFile(path, 'utf8');
}

const isForbidden = (error: unknown): boolean => ['EACCES', 'EPERM'].includes(errorCode(error) ?? '');

/** Found out while nothing has been touched yet. */
async function expectReadable(path: string): Promise<void> {
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
}

const cannotRead = (path: string, error: unknown): KnownError =>
  new KnownError('files', `${path} cannot be read: ${reasonOf(error)}`, {
    cause: error,
    hint: 'Run as the user who made the backups (mostly root), or pass another --backup-dir.',
  });

/** What its manifest calls a label, also where it cannot be trusted: enough to tell that a damaged backup is meant. */
export async function labelsWritten(folder: string): Promise<readonly string[]> {
  const text = await manifestText(folder).catch(() => '');
  return [...text.matchAll(/"label": *"([^"]*)"/g)].map(([, label = '']) => label);
}

/** The backup that was found in this folder. Rejects with `missing`, or with `damaged` and the reason why there is none. */
export async function expectBackup(
  found: StoredBackup | UnusableFolder | undefined,
  folder: string,
): Promise<StoredBackup> {
  if (!found) {
    throw new KnownError(
      'missing',
      (await exists(folder))
        ? `${folder} is not a backup folder`
        : // The documented words.
          `Backup folder ${folder} does not exist`,
    );
  }
  if (!isUnusable(found)) return found;
  if (found.cause !== undefined) throw found.cause;
  const schemaMissing = found.problem === `${TABLE_SCHEMA_FILE} is missing`;
  throw new KnownError(
    'damaged',
    schemaMissing
      ? `Schema file ${join(folder, TABLE_SCHEMA_FILE)} does not exist`
      : `${folder}: ${found.problem}`,
  );
}
