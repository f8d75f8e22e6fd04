import { appendFile, readFile, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { KnownError } from '../errors.js';
import { isOurTag } from '../model/snapshot-tag.js';
import {
  errorCode,
  makeDirectory,
  namesIn,
  PRIVATE_FILE,
  reasonOf,
  removeTree,
  writeDurably,
} from '../system/files.js';
import { ourselves, withLock } from '../system/lock.js';
import type { Clock } from '../system/wait.js';
import { beginBackup, type ArchiveEffort } from './backup-writer.js';
import { expectStore } from './expect-store.js';
import { layoutOf, viewNumber } from './layout.js';
import { isUnusable } from './read-backup.js';
import { readNote, writeNote } from './remembered.js';
import { readStoredFile } from './read-stored-file.js';
import { repairStore } from './repair.js';
import type { NotedSnapshot, Store, StoredBackup, UnusableFolder } from './store.js';
import { takenLabels } from './taken-labels.js';
import { findBackup, generationsOf, newestOfEach, surveyStore } from './survey.js';
import { unpackBackup } from './unpack-backup.js';
import { verifyBackup } from './verify-backup.js';

export interface DirectoryStoreOptions {
  readonly root: string;
  /** How many generations of a table are kept, the newest included. */
  readonly keepVersions: number;
  /** As `ONE_JOB` if nobody says. */
  readonly effort?: ArchiveEffort;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What is used where nobody said anything: one block at a time, gzip's own level. */
const ONE_JOB: ArchiveEffort = { jobs: 1, level: 6, bytesPerSecond: null };

/** Backups as plain folders: the layout of the documented scripts, older generations beside it. */
export function directoryStore({
  root,
  keepVersions,
  effort = ONE_JOB,
  clock,
  signal,
}: DirectoryStoreOptions): Store {
  const layout = layoutOf(root);
  let id = '';

  const store: Store = {
    root,
    get id() {
      if (id === '') throw new Error('prepare() makes the id');
      return id;
    },

    async prepare() {
      try {
        await makeDirectory(layout.state);
        id = await readOrMakeId(layout.storeId);
        await proveWritable(root);
      } catch (error) {
        if (error instanceof KnownError) throw error;
        // The documented words.
        throw new KnownError('files', `Failed to create backup folder ${root}: ${reasonOf(error)}`, {
          cause: error,
          changed: 'Nothing was done.',
          hint: 'Run with rights to write there, or pass another --backup-dir.',
        });
      }
    },

    withLock: (command, work) => withLock(layout.state, ourselves(command, clock.now()), work),

    async repair() {
      try {
        return await repairStore(root, layout);
      } catch (error) {
        if (errorCode(error) === undefined) throw error;
        throw new KnownError(
          'files',
          `What an interrupted run left in ${root} cannot be put right: ${reasonOf(error)}`,
          {
            cause: error,
            changed: 'Nothing was backed up or restored.',
            hint: 'See that the disk is sound, has room and can be written, and that the store is one file system; then try again.',
          },
        );
      }
    },

    labels: () => takenLabels(root, layout),

    async list() {
      const backups: StoredBackup[] = [];
      const unusable: UnusableFolder[] = [];
      for (const found of await newestOfEach(root, layout)) {
        if (isUnusable(found)) unusable.push(found);
        else backups.push(found);
      }
      return { backups, unusable };
    },

    find: (table, label) => findBackup(layout, table, label),

    begin: (table, label) => beginBackup({ layout, table, label, keepVersions, effort, signal }),

    unpack: (backup, directory, onProgress) =>
      unpackBackup(backup, directory, { jobs: effort.jobs, signal, onProgress }),

    readFile: readStoredFile,

    async viewFiles({ folder }) {
      const numbered = (await namesIn(folder)).flatMap((name) => {
        const number = viewNumber(name);
        return number === undefined ? [] : [{ name, number }];
      });
      return numbered.sort((a, b) => a.number - b.number).map(({ name }) => name);
    },

    async noteSnapshot(tag, keyspaces, hostId) {
      const path = join(layout.snapshots, `${tag}.json`);
      try {
        await makeDirectory(layout.snapshots);
        await writeDurably(path, `${JSON.stringify({ keyspaces, hostId })}\n`);
      } catch (error) {
        throw new KnownError('files', `Snapshot ${tag} cannot be noted in ${path}: ${reasonOf(error)}`, {
          cause: error,
          changed: 'No snapshot was taken.',
          hint: 'See that --backup-dir has room and can be written; then try again.',
        });
      }
    },

    async forgetSnapshot(tag) {
      await rm(join(layout.snapshots, `${tag}.json`), { force: true });
    },

    async notedSnapshots() {
      const names = (await namesIn(layout.snapshots)).filter((name) => name.endsWith('.json'));
      const tags = names.map((name) => basename(name, '.json')).filter(isOurTag);
      return Promise.all(
        tags.map(async (tag) => ({
          tag,
          ...(await readSnapshotNote(join(layout.snapshots, `${tag}.json`))),
        })),
      );
    },

    async noteWorkDirectory(path) {
      if ((await store.notedWorkDirectory()) === path) return;
      await makeDirectory(layout.state);
      await writeDurably(layout.workDirectory, `${JSON.stringify({ path })}\n`);
    },

    async notedWorkDirectory() {
      try {
        return workDirectoryNote.parse(JSON.parse(await readFile(layout.workDirectory, 'utf8'))).path;
      } catch (error) {
        if (errorCode(error) === 'ENOENT' || errorCode(error) === undefined) return undefined;
        throw error;
      }
    },

    async recordHistory(entry) {
      await appendFile(layout.history, `${JSON.stringify({ ...entry, by: whoWeAre() })}\n`, {
        mode: PRIVATE_FILE,
      });
    },

    expectThere: () => expectStore(root),
    survey: () => surveyStore(root, layout),
    generations: (table) => generationsOf(layout, table),
    verify: (backup, depth, onProgress) =>
      verifyBackup({ backup, depth, jobs: effort.jobs, signal, onProgress }),
    verified: (backup) => readNote(layout, backup),
    rememberVerified: (backup, verified) => writeNote(layout, backup, verified),
  };
  return store;
}

/** For whoever asks later who did it: `sudo` says who asked for root's rights. */
function whoWeAre(): object {
  const { SUDO_USER: sudo } = process.env;
  return { user: userInfo().username, ...(sudo === undefined ? {} : { sudo }), host: hostname() };
}

const storeFile = z.looseObject({ id: z.string().regex(/^[0-9a-f]{8}$/) });
const workDirectoryNote = z.looseObject({ path: z.string() });
const snapshotNote = z.looseObject({ keyspaces: z.array(z.string()), hostId: z.string().optional() });

async function readOrMakeId(path: string): Promise<string> {
  try {
    return storeFile.parse(JSON.parse(await readFile(path, 'utf8'))).id;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      const id = randomBytes(4).toString('hex');
      await writeDurably(path, `${JSON.stringify({ id })}\n`);
      return id;
    }
    if (errorCode(error) !== undefined) throw error;
    throw new KnownError('files', `${path} is damaged: it names the store in its snapshots' tags`, {
      cause: error,
      changed: 'Nothing was done.',
      hint: 'Remove it: a new one will be made. Then look at nodetool listsnapshots for altbk_ tags that nobody needs.',
    });
  }
}

/** What a dead run took snapshots of, and where; nothing when the note is damaged: its name still tells the tag. */
async function readSnapshotNote(path: string): Promise<Omit<NotedSnapshot, 'tag'>> {
  try {
    const { keyspaces, hostId } = snapshotNote.parse(JSON.parse(await readFile(path, 'utf8')));
    return { keyspaces, hostId };
  } catch (error) {
    if (errorCode(error) !== undefined) throw error;
    return { keyspaces: undefined };
  }
}

/** Found by doing: modes alone do not tell about read-only mounts, quotas, or root's squashed rights on NFS. */
async function proveWritable(root: string): Promise<void> {
  const probe = join(root, `@probe-${process.pid}`);
  await makeDirectory(probe);
  await removeTree(probe);
}
