import { stat } from 'node:fs/promises';
import { KnownError } from '../errors.js';
import { reasonOf } from '../system/files.js';
import { formatSize } from '../model/size.js';
import type { JobSource } from '../model/job.js';
import type { Manifest } from '../model/manifest.js';
import type { StoredBackup } from '../store/store.js';
import type { SafetyCopy } from './safety-copy.js';

/** Where the files come from that are to be loaded: a backup, or what an earlier job kept of the table before. */
export type RestoreSource =
  | { readonly kind: 'backup'; readonly backup: StoredBackup }
  | { readonly kind: 'copy'; readonly job: string; readonly copy: SafetyCopy };

/** How many items could be read when the source was made; null or undefined when nobody read. */
export const sampleOf = (source: RestoreSource): SafetyCopy['sample'] | undefined => {
  if (source.kind === 'copy') return source.copy.sample;
  return source.backup.kind === 'manifest' ? source.backup.manifest.sample : undefined;
};

/** What a full check at the backup has counted; null or undefined when nobody did. */
export const itemsOf = (source: RestoreSource): Manifest['items'] =>
  source.kind === 'backup' && source.backup.kind === 'manifest' ? source.backup.manifest.items : undefined;

/** The version of the server that wrote the files, where it is known. */
export const writtenBy = (
  source: RestoreSource,
): { readonly engine: string; readonly version: string } | undefined =>
  source.kind === 'backup' && source.backup.kind === 'manifest' ? source.backup.manifest.node : undefined;

/** For the plan that people read. */
export function describeSource(source: RestoreSource): string {
  if (source.kind === 'copy') return `the copy of the table before job ${source.job}`;
  const { backup } = source;
  return backup.kind === 'manifest'
    ? `backup ${backup.label} (${formatSize(backup.manifest.totals.bytes)}, finished ${backup.manifest.finishedAt})`
    : `the documented folder ${backup.folder}, which has no manifest: only its digests can be proven`;
}

/** As the journal keeps it. Rejects with `files` where the archive of a folder without a manifest is not there. */
export async function jobSourceOf(source: RestoreSource): Promise<JobSource> {
  if (source.kind === 'copy')
    return { kind: 'copy', job: source.job, directory: source.copy.staged.directory };
  const { backup } = source;
  const { table, folder } = backup;
  const known =
    backup.kind === 'manifest'
      ? { label: backup.label, checksum: backup.manifest.checksum, archive: null }
      : { label: null, checksum: null, archive: await archiveOf(backup.archive) };
  return { kind: 'backup', table, folder, ...known };
}

/** What tells an archive, of which no manifest has a digest, from another one of that name. */
async function archiveOf(path: string): Promise<{ readonly size: number; readonly mtimeMs: number }> {
  const { size, mtimeMs } = await stat(path).catch((error: unknown) => {
    throw new KnownError('files', `${path} cannot be looked at: ${reasonOf(error)}`, {
      cause: error,
      changed: 'Nothing was changed.',
    });
  });
  return { size, mtimeMs };
}
