import { access, constants } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { exists, reasonOf } from '../system/files.js';
import { ourselves, withLock } from '../system/lock.js';
import type { Clock } from '../system/wait.js';
import { expectStore } from './expect-store.js';
import { layoutOf } from './layout.js';
import type { Store } from './store.js';

export interface ExistingStoreOptions {
  readonly clock: Clock;
  /** Told once when nothing can be written there, with the reason. */
  readonly onReadOnly: (reason: string) => void;
}

/**
 * A store as a restore needs it: never made (a mistyped path must not become a folder), and read-only where it cannot be
 * written: mounted so, or somebody else's. Then nothing is mended, noted or remembered in it, and the lock has no file.
 */
export function existingStore(store: Store, { clock, onReadOnly }: ExistingStoreOptions): Store {
  const layout = layoutOf(store.root);
  let isReadOnly: boolean | undefined;

  const look = async () => {
    isReadOnly ??= await expectReadable(store.root).then((reason) => {
      if (reason !== undefined) onReadOnly(reason);
      return reason !== undefined;
    });
    return isReadOnly;
  };

  return {
    root: store.root,
    get id() {
      // It names snapshot tags, nothing else.
      return isReadOnly === true
        ? createHash('sha256').update(store.root).digest('hex').slice(0, 8)
        : store.id;
    },
    async prepare() {
      if (!(await look())) await store.prepare();
    },
    async withLock(command, work) {
      const mayWrite = !(await look());
      const hasState = await exists(layout.state);
      if (mayWrite && hasState) return store.withLock(command, work);
      const directory = hasState ? layout.state : store.root;
      return withLock(directory, ourselves(command, clock.now()), work, { file: 'none' });
    },
    repair: async () => ((await look()) ? [] : store.repair()),
    labels: () => store.labels(),
    list: () => store.list(),
    find: (table, label) => store.find(table, label),
    begin: (table, label) => store.begin(table, label),
    unpack: (backup, directory, onProgress) => store.unpack(backup, directory, onProgress),
    readFile: (backup, name) => store.readFile(backup, name),
    viewFiles: (backup) => store.viewFiles(backup),
    async noteSnapshot(tag, keyspaces, hostId) {
      if (!(await look())) await store.noteSnapshot(tag, keyspaces, hostId);
    },
    async forgetSnapshot(tag) {
      if (!(await look())) await store.forgetSnapshot(tag);
    },
    notedSnapshots: async () => ((await look()) ? [] : store.notedSnapshots()),
    async noteWorkDirectory(path) {
      if (!(await look())) await store.noteWorkDirectory(path);
    },
    notedWorkDirectory: () => store.notedWorkDirectory(),
    async recordHistory(entry) {
      if (!(await look())) await store.recordHistory(entry);
    },
    expectThere: () => store.expectThere(),
    survey: () => store.survey(),
    generations: (table) => store.generations(table),
    verify: (backup, depth, onProgress) => store.verify(backup, depth, onProgress),
    verified: (backup) => store.verified(backup),
    rememberVerified: (backup, verified) => store.rememberVerified(backup, verified),
  };
}

/** The reason why nothing can be written there, if so. Rejects with `missing` or `files` where nothing can be read. */
async function expectReadable(root: string): Promise<string | undefined> {
  await expectStore(root);
  return access(root, constants.W_OK).then(
    () => undefined,
    (error: unknown) => reasonOf(error),
  );
}
