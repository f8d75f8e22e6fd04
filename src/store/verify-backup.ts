import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import type { StoredFile } from '../model/manifest.js';
import type { Depth } from '../model/verification.js';
import { digestFile } from '../system/digests.js';
import { exists, namesIn, reasonOf } from '../system/files.js';
import { differences } from './archive/compare.js';
import {
  ALTERNATOR_SCHEMA_FILE,
  KEYSPACE_FILE,
  LEGACY_SCHEMA_FILE,
  MANIFEST_FILE,
  TABLE_SCHEMA_FILE,
  viewNumber,
} from './layout.js';
import { proveStoredArchive } from './prove-stored-archive.js';
import { readManifest } from './read-backup.js';
import type { BackupFindings, ManifestBackup, Progress, StoredBackup } from './store.js';

export interface Verifying {
  readonly backup: StoredBackup;
  readonly depth: Depth;
  /** How many members of the archive may be decompressed side by side. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly onProgress: Progress;
}

/**
 * `Store.verify`. What does not fit is found twice before it is believed: a folder that was renamed meanwhile, since a newer
 * backup took its place, gives `moved`.
 */
export async function verifyBackup(verifying: Verifying): Promise<BackupFindings | 'moved'> {
  const { backup, depth } = verifying;
  const before = await identityOf(backup.folder);
  if (before === undefined) return 'moved';
  const findings =
    backup.kind === 'manifest'
      ? await verifyByManifest(backup, verifying)
      : await verifyDocumented(backup, verifying);
  if (findings.problems.length > 0 && !(await isStillThere(backup, before))) return 'moved';
  return depth === 'full' ? findings : { ...findings, unchecked: [...findings.unchecked, ...NOT_BY_SIZE] };
}

const NOT_BY_SIZE = ['only sizes were compared: --full reads every byte'] as const;

/** Neither was the folder replaced while it was read, nor before, since the backup was found. */
async function isStillThere(backup: StoredBackup, identity: string): Promise<boolean> {
  if ((await identityOf(backup.folder)) !== identity) return false;
  const manifest = await readManifest(backup.folder).catch(() => 'unreadable');
  // A damaged manifest is damage, not another backup.
  if (typeof manifest === 'string') return true;
  return backup.kind === 'manifest' && manifest.checksum === backup.manifest.checksum;
}

/** A renamed folder keeps it, another one in its place has its own. Undefined where there is none. */
const identityOf = (folder: string): Promise<string | undefined> =>
  lstat(folder).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined,
  );

async function verifyByManifest(
  { folder, archive, manifest }: ManifestBackup,
  { depth, jobs, signal, onProgress }: Verifying,
): Promise<BackupFindings> {
  const stored = [...manifest.files, { ...manifest.archive }];
  const bySize = (await Promise.all(stored.map((file) => sizeProblem(folder, file)))).flat();
  const problems = [...bySize, ...(await strangeFiles(folder, manifest.files))];
  const { totals } = manifest;
  const counts = { files: totals.files, sstables: totals.sstables, bytes: totals.bytes };
  if (depth === 'quick') return { problems, unproven: unprovenOf(manifest), unchecked: [], ...counts };

  const wrong = new Set(bySize.map((problem) => problem.split(' ')[0]));
  for (const file of manifest.files)
    if (!wrong.has(file.name)) problems.push(...(await contentProblem(folder, file, signal)));
  if (wrong.has(manifest.archive.name) && !(await isFile(archive)))
    return { problems, unproven: [], unchecked: [], ...counts };
  // Side by side, so that the disk is read once.
  const [whole, proof] = await Promise.all([
    contentProblem(folder, manifest.archive, signal),
    proveStoredArchive({ archive, record: manifest.archive, jobs, signal, onProgress }),
  ]);
  const inArchive = [...(wrong.has(manifest.archive.name) ? [] : whole), ...proof.problems];
  return {
    problems: [...new Set([...problems, ...inArchive])],
    unproven: proof.unproven,
    unchecked: [],
    ...counts,
  };
}

/** Nothing else can be read to its end. */
const isFile = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isFile(),
    () => false,
  );

const unprovenOf = ({ archive }: ManifestBackup['manifest']): readonly string[] =>
  archive.entries
    .filter(({ digest }) => digest === 'absent')
    .map(({ name }) => name.replace(/-Data\.db$/, ''));

/** A backup of the documented scripts: it says of itself what it can. */
async function verifyDocumented(
  { archive, folder }: StoredBackup,
  { depth, jobs, signal, onProgress }: Verifying,
): Promise<BackupFindings> {
  const unchecked = ['it has no manifest: nothing says which files belong to it, or what their bytes were'];
  const none = { unproven: [], files: 0, sstables: 0, bytes: 0 };
  const name = archive.slice(folder.length + 1);
  // The documented scripts never wrote it.
  if (await exists(join(folder, ALTERNATOR_SCHEMA_FILE))) {
    const problems = [
      `${MANIFEST_FILE} is missing, though ${ALTERNATOR_SCHEMA_FILE} is there, which only this tool writes`,
    ];
    return { problems, unchecked, ...none };
  }
  const found = await lstat(archive).catch((error: unknown) => `${name} cannot be read: ${reasonOf(error)}`);
  if (typeof found === 'string') return { problems: [found], unchecked, ...none };
  if (!found.isFile()) return { problems: [`${name} is no regular file`], unchecked, ...none };
  if (found.size === 0) return { problems: [`${name} is empty`], unchecked, ...none };
  if (depth === 'quick') return { problems: [], unchecked, ...none };
  const { problems, ...rest } = await proveStoredArchive({ archive, jobs, signal, onProgress });
  return { problems, unchecked, ...rest };
}

async function sizeProblem(folder: string, { name, size }: StoredFile): Promise<readonly string[]> {
  if (name.includes('/')) return [`${name} is a path, though the manifest should have names only`];
  try {
    const found = await lstat(join(folder, name));
    if (!found.isFile()) return [`${name} is no regular file`];
    return found.size === size ? [] : [`${name} has ${found.size} bytes instead of ${size}`];
  } catch (error) {
    return [`${name} is missing or cannot be looked at: ${reasonOf(error)}`];
  }
}

async function contentProblem(
  folder: string,
  file: StoredFile,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { name } = file;
  try {
    const { size, sha256 } = await digestFile(join(folder, name), signal);
    return differences([file], [{ name, size, sha256 }]);
  } catch (error) {
    signal.throwIfAborted();
    return [`${name} cannot be read: ${reasonOf(error)}`];
  }
}

/** A schema file that came from elsewhere would be restored with the others, and nobody has proven it. */
async function strangeFiles(folder: string, files: readonly StoredFile[]): Promise<readonly string[]> {
  const known = new Set(files.map(({ name }) => name));
  try {
    return (await namesIn(folder))
      .filter((name) => !known.has(name) && (SCHEMA_FILES.has(name) || viewNumber(name) !== undefined))
      .map((name) => `${name} lies there, though the manifest does not have it`);
  } catch (error) {
    return [messageOf(error)];
  }
}

const SCHEMA_FILES: ReadonlySet<string> = new Set([
  TABLE_SCHEMA_FILE,
  LEGACY_SCHEMA_FILE,
  KEYSPACE_FILE,
  ALTERNATOR_SCHEMA_FILE,
]);
