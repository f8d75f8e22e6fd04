import type { Digests } from '../system/digests.js';
import type { ArchiveEntry, Manifest, StoredFile } from '../model/manifest.js';
import type { ReusablePart } from '../model/reuse.js';
import type { TableName } from '../model/table-name.js';
import type { Depth, Findings, Verified } from '../model/verification.js';

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
  /** Where it could not be read at all: what `find` rejects with. */
  readonly cause?: Error;
}

export interface SourceFile {
  readonly name: string;
  readonly size: number;
}

export interface ArchiveSource {
  /** Where the files lie. */
  readonly directory: string;
  readonly files: readonly SourceFile[];
  readonly reuse?: ReuseSource;
  /** Bytes of the files read, and in all. */
  readonly onProgress: Progress;
}

/** A backup of the same table, some entries of which need not be compressed again. */
export interface ReuseSource {
  readonly baseline: ManifestBackup;
  /** By the names of the files. */
  readonly parts: ReadonlyMap<string, ReusablePart>;
  /**
   * Told of each part that the baseline has not as it was written (null: of all), with a clause. It is compressed anew then,
   * unless this throws.
   */
  readonly onDamaged: (name: string | null, problem: string) => void;
}

export type Progress = (done: number, total: number) => void;

/** An entry as it was read into the archive. What its digest file says of it is judged by the caller. */
export interface ArchivedEntry extends Digests, Pick<ArchiveEntry, 'name' | 'mtimeMs' | 'segment'> {
  /** Whether its compressed bytes are those of the baseline. */
  readonly reused: boolean;
}

export interface ArchiveRecord extends StoredFile {
  readonly entries: readonly ArchivedEntry[];
}

/** A backup while it is being made. Nothing of it is a backup before `publish`. */
export interface BackupWriter {
  /** Where it is being made. */
  readonly directory: string;
  /** Where it will be. */
  readonly destination: string;
  writeFile(name: string, text: string): Promise<StoredFile>;
  /**
   * Archives the files, each read once, and gives the digests of what was read. What the baseline has of them is copied from
   * there once the file was found to be the same and the copied bytes to be those that were written. Rejects with `files` when
   * a file is not what it was said to be, or changes meanwhile.
   */
  archive(source: ArchiveSource): Promise<ArchiveRecord>;
  /**
   * Writes the manifest, last, and puts the backup in the place of the one before, which becomes an older generation. Gives a
   * sentence for each thing that could not be tidied up afterwards, or that was no backup and was set aside: the backup is
   * there all the same.
   */
  publish(manifest: Omit<Manifest, 'checksum'>): Promise<readonly string[]>;
  /** Leaves nothing behind of an unpublished backup. Safe after anything, `publish` included. */
  abandon(): Promise<void>;
}

/** A file that was unpacked and proven. */
export interface UnpackedFile extends Digests {
  readonly name: string;
}

/** A snapshot tag that was written down before it was taken. */
export interface NotedSnapshot {
  readonly tag: string;
  /** Of the tables that it was taken of; undefined where the note is damaged. */
  readonly keyspaces: readonly string[] | undefined;
  /** The node that holds it: nodes may share a store. Undefined in notes that do not say. */
  readonly hostId?: string | undefined;
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
  /** Every label that any generation has, as far as it can be read. */
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
  /**
   * Snapshot tags are written down before they are taken, so that a later run can clear what a killed one left. Rejects with
   * `files` where that cannot be written.
   */
  noteSnapshot(tag: string, keyspaces: readonly string[], hostId?: string): Promise<void>;
  forgetSnapshot(tag: string): Promise<void>;
  /** What was not forgotten. A note that is no snapshot's of ours is left alone. */
  notedSnapshots(): Promise<readonly NotedSnapshot[]>;
  /** Where the node that this store belongs to keeps its journals: for the time when the node itself cannot be asked. */
  noteWorkDirectory(path: string): Promise<void>;
  /** Undefined when nobody noted one. */
  notedWorkDirectory(): Promise<string | undefined>;
  /** One line for people who ask later what was done, by whom and with what result. */
  recordHistory(entry: object): Promise<void>;
  /** Rejects with `missing` or `files` where there is no store that we may read. Makes nothing. */
  expectThere(): Promise<void>;
  /**
   * What there is of each table, by name: its newest generation and how many there are. Needs no lock: where a publishing was
   * cut off, or is under way, it shows the backup that stands in. A table of which a part cannot be read is an `UnusableFolder`.
   */
  survey(): Promise<readonly TableInStore[]>;
  /** Every generation of a table, the newest first; none when there is none. */
  generations(table: TableName): Promise<readonly Generation[]>;
  /** Looks at a stored backup and says what is wrong with it. Never rejects for what is wrong; writes nothing. */
  verify(backup: StoredBackup, depth: Depth, onProgress: Progress): Promise<BackupFindings | 'moved'>;
  /** What was last remembered of this very backup, and of no other one that had its name. */
  verified(backup: StoredBackup): Promise<Verified | undefined>;
  /** Remembers it, unless more is known. Rejects with `files` where that cannot be written down. */
  rememberVerified(backup: StoredBackup, verified: Verified): Promise<void>;
}

/** One generation of a table: a backup, or a folder that cannot be used. */
export interface Generation {
  readonly found: StoredBackup | UnusableFolder;
  /** When it was finished; for folders without a manifest when their archive was. Undefined where nobody can tell. */
  readonly madeAt: Date | undefined;
  /** Bytes of the archive; undefined where there is none. */
  readonly size: number | undefined;
  readonly verified: Verified | undefined;
}

export interface TableInStore {
  readonly table: string;
  readonly newest: Generation;
  /** Generations, the newest included. */
  readonly versions: number;
}

/** What a verification found; `moved` instead of it: the folder is not where it was, since a newer backup took its place. */
export interface BackupFindings extends Findings {
  /** What could not be looked at, and why: folders of the documented scripts say less than a manifest. */
  readonly unchecked: readonly string[];
  readonly files: number;
  readonly sstables: number;
  /** Of the archive's files, uncompressed. */
  readonly bytes: number;
}
