import { constants } from 'node:fs';
import { access, chmod, chown, link, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TableDirectory } from '../engine/engine.js';
import { KnownError } from '../errors.js';
import { errorCode, PRIVATE_FILE, reasonOf, removeIfEmpty } from '../system/files.js';
import type { RestoreTools } from './tools.js';
import { makeWorkDirectory } from './work-directory.js';

const SUDO = 'A restore needs root rights: sudo alternator-backup …';

/** For whom files will be, and where the server will make a new directory for them. */
export interface RightsWanted {
  readonly owner?: Pick<TableDirectory, 'uid' | 'gid'>;
  readonly dataDirectory?: string;
}

/**
 * Proven by doing: modes alone do not tell about read-only mounts, or root's squashed rights. The probe is given to the server
 * before it is linked to the top of the data directory: whatever cuts us off there, a file with that name and owner is none
 * that a booting server minds (behaviour.md E042). Rejects with `files`.
 */
export async function expectRights(
  { engine }: Pick<RestoreTools, 'engine'>,
  { owner, dataDirectory }: RightsWanted = {},
): Promise<void> {
  const work = await engine.workDirectory();
  await makeWorkDirectory(work);
  const probe = join(work, `.probe-${process.pid}`);
  const renamed = `${probe}-renamed`;
  const linked =
    dataDirectory === undefined ? undefined : join(dataDirectory, `.alternator-backup-probe-${process.pid}`);
  try {
    await doing('create files', work, async () => (await open(probe, 'w', PRIVATE_FILE)).close());
    if (owner) {
      await doing(`give files to the server’s user ${owner.uid}`, work, () =>
        chown(probe, owner.uid, owner.gid),
      );
      await doing('change modes', work, () => chmod(probe, 0o640));
    }
    await doing('rename files', work, () => rename(probe, renamed));
    if (linked !== undefined && dataDirectory !== undefined) {
      // Of a run with our process id that was cut off here.
      await rm(linked, { force: true });
      await doing('link files of the work directory', dataDirectory, () => link(renamed, linked));
      await doing('remove files', dataDirectory, () => rm(linked));
    }
    await doing('remove files', work, () => rm(renamed));
  } finally {
    for (const path of [probe, renamed, linked]) if (path !== undefined) await rm(path, { force: true });
    // What is refused leaves nothing behind; an empty folder that must stay is no harm.
    await removeIfEmpty(work).catch(() => undefined);
  }
}

const doing = (what: string, where: string, deed: () => Promise<unknown>): Promise<unknown> =>
  deed().catch((error: unknown) => {
    throw new KnownError('files', `We may not ${what} in ${where}: ${reasonOf(error)}`, {
      cause: error,
      changed: 'The table was not touched.',
      hint: SUDO,
    });
  });

/** As far as it can be told without writing; a directory that is not there will be the server's to make: a file of ours in a directory of the server is none of its business. */
export async function expectWritable(directory: string): Promise<void> {
  await access(directory, constants.W_OK | constants.X_OK).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return;
    throw new KnownError('files', `We may not write into ${directory}: ${reasonOf(error)}`, {
      cause: error,
      changed: 'The table was not touched.',
      hint: SUDO,
    });
  });
}
