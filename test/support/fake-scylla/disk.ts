import { chownSync, mkdirSync, readdirSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { directoriesOf, directoryNameOf, type FakeTable } from './table.js';
import { parseComponent } from './sstable-sets.js';

/** The data directory in Scylla's layout. All its files and folders belong to the server's user. */
export interface Disk {
  readonly root: string;
  readonly uid: number;
  /** The directory of the base table. */
  of(table: FakeTable): string;
  makeDirectories(table: FakeTable): void;
  makeDirectory(path: string): void;
  own(path: string): void;
  /** Moves the SSTables of a table and its views away, as DROP does, into a snapshot of the server's own. */
  retire(table: FakeTable, snapshot: string): void;
  /** The components that lie in a folder. */
  components(directory: string): readonly string[];
}

export function diskAt(root: string, uid: number): Disk {
  const own = (path: string) => {
    if (uid !== process.getuid?.()) chownSync(path, uid, uid);
  };
  const makeDirectory = (path: string) => {
    mkdirSync(path, { recursive: true, mode: 0o755 });
    own(path);
  };
  const components = (directory: string) =>
    readdirSync(directory).filter((name) => parseComponent(name) !== undefined);

  mkdirSync(root, { recursive: true, mode: 0o755 });
  own(root);

  return {
    root,
    uid,
    own,
    makeDirectory,
    components,
    of: (table) => join(root, table.keyspace, directoryNameOf(table.name, table.id)),
    makeDirectories(table) {
      makeDirectory(join(root, table.keyspace));
      for (const name of directoriesOf(table)) {
        const directory = join(root, table.keyspace, name);
        for (const path of [directory, join(directory, 'staging'), join(directory, 'upload')])
          makeDirectory(path);
      }
    },
    retire(table, snapshot) {
      for (const name of directoriesOf(table)) {
        const directory = join(root, table.keyspace, name);
        const files = components(directory);
        if (files.length > 0) {
          makeDirectory(join(directory, 'snapshots'));
          makeDirectory(join(directory, 'snapshots', snapshot));
          for (const file of files)
            renameSync(join(directory, file), join(directory, 'snapshots', snapshot, file));
        }
        for (const part of ['staging', 'upload'])
          rmSync(join(directory, part), { recursive: true, force: true });
        if (readdirSync(directory).length === 0) rmdirSync(directory);
      }
      const keyspace = join(root, table.keyspace);
      if (readdirSync(keyspace).length === 0) rmdirSync(keyspace);
    },
  };
}
