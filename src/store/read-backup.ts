import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError, messageOf } from '../errors.js';
import { parseManifest, type Manifest } from '../model/manifest.js';
import { isTableName } from '../model/table-name.js';
import { errorCode, namesIn } from '../system/files.js';
import { archiveFile, LEGACY_SCHEMA_FILE, MANIFEST_FILE, TABLE_SCHEMA_FILE } from './layout.js';
import type { StoredBackup, UnusableFolder } from './store.js';

/** What a folder below the store's root is: a backup, something with a table's name that is none, or nothing of ours. */
export async function readBackupFolder(
  folder: string,
  name: string,
): Promise<StoredBackup | UnusableFolder | undefined> {
  if (!isTableName(name)) return undefined;
  const found = await lstat(folder);
  if (!found.isDirectory()) return undefined;

  const names = new Set(await namesIn(folder));
  const archive = join(folder, archiveFile(name));
  const unusable = (problem: string) => ({ table: name, folder, problem });

  if (names.has(MANIFEST_FILE)) {
    const manifest = await readManifest(folder);
    if (typeof manifest === 'string') return unusable(`${MANIFEST_FILE} cannot be trusted: ${manifest}`);
    if (manifest.table.name !== name)
      return unusable(`${MANIFEST_FILE} is of table '${manifest.table.name}'`);
    if (!names.has(manifest.archive.name)) return unusable(`${manifest.archive.name} is missing`);
    return { kind: 'manifest', table: name, folder, archive, label: manifest.label, manifest };
  }
  if (!names.has(archiveFile(name))) return unusable(`${archiveFile(name)} is missing`);
  if (names.has(TABLE_SCHEMA_FILE))
    return { kind: 'documented', layout: 'separated', table: name, folder, archive };
  if (names.has(LEGACY_SCHEMA_FILE))
    return { kind: 'documented', layout: 'legacy', table: name, folder, archive };
  return unusable(`${TABLE_SCHEMA_FILE} is missing`);
}

export const isUnusable = (found: StoredBackup | UnusableFolder): found is UnusableFolder =>
  'problem' in found;

/** The manifest of a folder, or what is wrong with it. */
export async function readManifest(folder: string): Promise<Manifest | string> {
  try {
    return parseManifest(await readFile(join(folder, MANIFEST_FILE), 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'EACCES') throw error;
    return messageOf(error);
  }
}

/** The backup in this folder, or the reason why there is none. */
export async function expectBackup(folder: string, name: string): Promise<StoredBackup> {
  const found = await readBackupFolder(folder, name).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') {
      // The documented words.
      throw new KnownError('missing', `Backup folder ${folder} does not exist`, { cause: error });
    }
    throw error;
  });
  if (!found) throw new KnownError('missing', `${folder} is not a backup folder`);
  if (!isUnusable(found)) return found;
  const schemaMissing = found.problem === `${TABLE_SCHEMA_FILE} is missing`;
  throw new KnownError(
    'damaged',
    schemaMissing
      ? `Schema file ${join(folder, TABLE_SCHEMA_FILE)} does not exist`
      : `${folder}: ${found.problem}`,
  );
}
