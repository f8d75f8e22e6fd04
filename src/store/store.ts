import type { Digests } from '../system/digests.js';
import type { ArchiveEntry, Manifest, StoredFile } from '../model/manifest.js';
import type { TableName } from '../model/table-name.js';

/**
 * One backup of one table. `documented` folders come from the scripts that this tool ports: no manifest, so less can be
 * proven of them.
 */
export type StoredBackup = ManifestBackup | DocumentedBackup;

interface BackupFolder {
  readonly table: TableName;
  readonly folder: string;
  /** The path of the archive. */
  readonly archive: string;
}

export interface ManifestBackup extends BackupFolder {
  readonly kind: 'manifest';
  readonly label: string;
  readonly manifest: Manifest;
}

export interface DocumentedBackup extends BackupFolder {
  readonly kind: 'documented';
  /** `table_schema.cql` with views beside it, or everything in `schema.cql`. */
  readonly layout: 'separated' | 'legacy';
}

/** A folder with a table's name that is no backup, and why not. */
export interface UnusableFolder {
  readonly table: string;
  readonly folder: string;
  readonly problem: string;
}

export interface SourceFile {
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** What the check before the archive found; the archive must hold the same. */
  readonly digests: Digests;
  /** Of a `Data.db`: whether a digest file proved it. Null for other files. */
  readonly digest: ArchiveEntry['digest'];
}

export interface ArchiveSource {
  /** Where the files lie. */
  readonly directory: string;
  readonly files: readonly SourceFile[];
  /** Compressed bytes written, and uncompressed bytes in all. */
  readonly onProgress: Progress;
}

export type Progress = (done: number, total: number) => void;

export interface ArchiveRecord extends StoredFile {
  readonly entries: readonly ArchiveEntry[];
}

/** A backup while it is being made. Nothing of it is a backup before `publish`. */
export interface BackupWriter {
  /** Where it is being made. */
  readonly directory: string;
  /** Where it will be. */
  readonly destination: string;
  writeFile(name: string, text: string): Promise<StoredFile>;
  /** Archives the files, then reads the archive back and compares every byte's digest. Rejects with `damaged`. */
  archive(source: ArchiveSource): Promise<ArchiveRecord>;
  /**
   * Writes the manifest, last, and puts the backup in the place of the one before, which becomes an older generation. Gives a
   * sentence for each thing that could not be tidied up afterwards: the backup is there all the same.
   */
  publish(manifest: Omit<Manifest, 'checksum'>): Promise<readonly string[]>;
  /** Leaves nothing behind of an unpublished backup. Safe after anything, `publish` included. */
  abandon(): Promise<void>;
}

/** A file that was unpacked and proven. */
export interface UnpackedFile extends Digests {
  readonly name: string;
}

/** A place that keeps backups. A backup exists when its manifest does, and not before. */
export interface Store {
  /** Names the store in snapshot tags: 8 characters. Made by `prepare`. */
  readonly id: string;
  readonly root: string;
  /** Makes the place if need be and proves that we may write there. Rejects with `files`. */
  prepare(): Promise<void>;
  /** Rejects with `busy` at once when another run works on this store. */
  withLock<T>(command: string, work: () => Promise<T>): Promise<T>;
  /** Mends what a run that was cut off left behind; gives a sentence for each thing mended. To be called under the lock. */
  repair(): Promise<readonly string[]>;
  /** Every label that any generation has. */
  labels(): Promise<ReadonlySet<string>>;
  /** The newest backup of each table, by table name, and the folders that are none. */
  list(): Promise<{
    readonly backups: readonly StoredBackup[];
    readonly unusable: readonly UnusableFolder[];
  }>;
  /** The newest backup of a table, or the one of that label. Rejects with `missing`, or `damaged` for a bad manifest. */
  find(table: TableName, label?: string): Promise<StoredBackup>;
  /** Rejects when the label is taken. */
  begin(table: TableName, label: string): Promise<BackupWriter>;
  /**
   * Unpacks the archive into an empty directory, each byte proven on the way as far as the backup allows. Rejects with
   * `damaged`, naming the file. Only regular files with the names of SSTable components and of the server's notes pass.
   */
  unpack(backup: StoredBackup, directory: string, onProgress: Progress): Promise<readonly UnpackedFile[]>;
  /** The text of one of the backup's files, proven where a manifest allows; undefined when the backup has none such. */
  readFile(backup: StoredBackup, name: string): Promise<string | undefined>;
  /** `materialized_view_<N>.cql` of a backup, in numeric order. */
  viewFiles(backup: StoredBackup): Promise<readonly string[]>;
  /** Snapshot tags are written down before they are taken, so that a later run can clear what a killed one left. */
  noteSnapshot(tag: string, keyspaces: readonly string[]): Promise<void>;
  forgetSnapshot(tag: string): Promise<void>;
  notedSnapshots(): Promise<readonly { readonly tag: string; readonly keyspaces: readonly string[] }[]>;
  /** One line for people who ask later what was done, by whom and with what result. */
  recordHistory(entry: object): Promise<void>;
}
