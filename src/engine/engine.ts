import type { ItemTotals } from '../model/item-checksum.js';
import type { IndexAddition, TableCreation } from '../model/table-creation.js';
import type { TableName } from '../model/table-name.js';
import type { Described, TableRecord } from '../model/table-record.js';
import type { Tag } from '../model/table-schema.js';
import type { Topology } from '../model/ring-share.js';

export interface NodeIdentity {
  /** `Scylla` or `Cassandra`. */
  readonly engine: string;
  readonly version: string;
  readonly hostId: string;
  readonly address: string;
  readonly rack: string;
  readonly topology: Topology;
  readonly nodeCount: number;
  /** Of this node's data centre. */
  readonly racks: number;
}

/** A directory of the server on the node, and whose it is: files handed to the server must be of the same owner. */
export interface TableDirectory {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
}

export interface Snapshot {
  readonly directory: string;
  /** The names in it, the server's own notes included. None of an empty table but those. */
  readonly files: readonly string[];
}

/** Items that a bounded scan came upon. `complete`: the scan reached the end, so that `items` is all there were. */
export interface ItemSample {
  readonly items: number;
  readonly complete: boolean;
}

export interface Sampling {
  /** Stop after about this many items. */
  readonly most: number;
  /** Read an index instead of the table. */
  readonly index?: string;
}

/** What was started, as whoever started it knows it. */
export interface Startable {
  readonly name: string;
  isActive(): Promise<boolean>;
}

export interface Reading {
  /** Read an index instead of the table. */
  readonly index?: string;
  /** Gives up with its reason between two pages. A wish to stop ends it at once, without that. */
  readonly signal?: AbortSignal;
  /** How many parts of the table were read to their end, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface RefreshOptions {
  /** Send each row to the nodes that own it. */
  readonly stream: boolean;
  /** Told about once a minute what is waited for. */
  readonly onWaiting?: (reason: string) => void;
}

/**
 * One database node, as the pipelines see it. Every method rejects with a KnownError: `unavailable` when the node does not
 * answer or does not let us in, `program` and `files` for its tools and directories, `missing` for a table that is not
 * there, `database` for anything that it refuses.
 */
export interface Engine {
  /** Who this node is, and how large its ring. */
  identify(): Promise<NodeIdentity>;

  /**
   * Proves, without changing anything, what a run will need: the API and CQL answer and let us in, nodetool is there, the
   * data directory can be read. Rejects with the first thing that is not so.
   */
  verifyReady(): Promise<void>;

  /** Every table that Alternator lists, once each, in the server's order; also plain CQL tables in its keyspaces. */
  listTables(): Promise<readonly TableName[]>;

  /** Everything needed to make the table again, exactly as the database told it. */
  describe(table: TableName): Promise<Described>;

  /** Other tables in the table's keyspace, which would go with it: made by plain CQL. Not views, stream logs or `$paxos`. */
  neighbours(table: TableName): Promise<readonly string[]>;

  /** Nodes of the ring that are not up and normal, as `DN 10.0.0.2`; none on a ring of one. */
  absentNodes(): Promise<readonly string[]>;

  /** The schema version that all live nodes agree on. Waits for agreement; rejects with `unavailable` without one. */
  schemaVersion(): Promise<string>;

  /** Flushes and freezes the base table, not its views. Rejects when the tag is taken for this table. */
  snapshot(table: TableRecord, tag: string): Promise<Snapshot>;

  /** Removes the tag from every table of the keyspace. A tag or a keyspace that is not there is not an error. */
  dropSnapshot(keyspace: string, tag: string): Promise<void>;

  /**
   * Rejects when the table exists. Resolves with the id of the new table as soon as the server has taken it: from then on
   * whoever asked for it knows which table is its own.
   */
  createTable(creation: TableCreation): Promise<{ readonly id: string }>;

  /**
   * Resolves when the table is ready for use and its directory is there; all its indexes too, unless they may come `later`.
   * A server that does not answer for a moment is asked again.
   */
  untilReady(table: TableName, indexes?: 'ready' | 'later'): Promise<TableRecord>;

  /** Resolves when the table is gone. Rejects with `missing` when there is none. */
  deleteTable(table: TableName): Promise<void>;

  setTimeToLive(table: TableName, attribute: string): Promise<void>;

  /** Exactly these tags and no others: takes the others away first, since there is room for 50 only. */
  setTags(table: TableName, tags: readonly Tag[]): Promise<void>;

  /** Resolves when the server has taken it: it is filled in the background; `describe` tells when it is ACTIVE. */
  addIndex(table: TableName, addition: IndexAddition): Promise<void>;

  enableStream(table: TableName, viewType: string): Promise<void>;

  /** One CQL statement as it is. Rejects with `database` and the server's words when it is refused. */
  execute(statement: string): Promise<void>;

  /** Removes every row and keeps everything else. */
  truncate(table: TableRecord): Promise<void>;

  /** The directory of this very incarnation of the table. Waits for it a little; rejects with `files` without it. */
  tableDirectory(table: TableRecord): Promise<TableDirectory>;

  /** The data directory, where the server makes those of keyspaces, and whose it is. Rejects with `files` without it. */
  topDirectory(): Promise<TableDirectory>;

  /** The folder on the same file system, outside of what the server owns, where work may lie. Not made here. */
  workDirectory(): Promise<string>;

  /**
   * Makes the server take the SSTables in the table's `upload/`. `stream`: send each row to the nodes that own it. That
   * this resolves proves nothing: look at `upload/` and at the items. Waits while another load is under way.
   */
  refresh(table: TableRecord, options: RefreshOptions): Promise<void>;

  /** Files whose rows are not in every index yet: the only honest sign that indexes are complete (behaviour.md). */
  filesAwaitingIndexes(table: TableRecord): Promise<number>;

  /** Views of the table that the server has not built to the end, by name. For views that CQL made; see `createTable`. */
  unbuiltViews(table: TableRecord): Promise<readonly string[]>;

  /** Rows that the server could not take, counted since ever; undefined where it does not count them. */
  corruptRows(): Promise<number | undefined>;

  /** Reads items through the API, spread over the table. Rejects when any part of the table cannot be read. */
  sample(table: TableName, sampling: Sampling): Promise<ItemSample>;

  /**
   * Reads every item through the API, page by page, and counts and sums them. An index is read as it is: with the
   * attributes that it holds. Rejects when any part cannot be read; `missing` without the table.
   */
  checksum(table: TableName, reading?: Reading): Promise<ItemTotals>;

  /**
   * Rejects with `unavailable` at once when the node does not really serve: a node that was cut off from its ring calls itself
   * NORMAL (recorded nodetool 900 to 910).
   */
  expectServing(): Promise<void>;

  /**
   * Waits until the node really serves: its ports are open, the API is healthy and answers, CQL answers, gossip runs. Where
   * somebody else can tell whether it is started at all (the service), that is asked first. Rejects with `unavailable` at
   * its deadline, naming what it saw last.
   */
  untilServing(service?: Startable): Promise<void>;

  close(): Promise<void>;
}
