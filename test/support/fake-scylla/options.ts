/** What `startFakeScylla` takes. */

/** Tables as they were recorded from Scylla 2025.1, with their SSTables. */
export type RecordedTable = 'empty' | 'one' | 'orders' | 'streamed';

export interface FakeTableSpec {
  readonly name: string;
  /**
   * Whose keys, indexes and SSTables it has. `empty`: pk S, no item. `one`: pk S, one item. `streamed`: pk S, 30 items.
   * `orders`: pk S and sk N, 200 items, a global index by-customer and a local one by-status. Default `one`.
   */
  readonly like?: RecordedTable;
  /** Adds an SSTable of so many random bytes, its digest right, so that an archive takes its time. */
  readonly bulkBytes?: number;
  /** Views that somebody made by CQL, each a whole statement. They take the place of the recorded indexes. */
  readonly views?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  /** The attribute that expires items. */
  readonly timeToLive?: string;
  /** The stream's view type, such as `NEW_AND_OLD_IMAGES`. */
  readonly stream?: string;
}

export interface FakeScyllaOptions {
  /** Everything of the node lies below it. The caller removes it. */
  readonly folder: string;
  readonly tables?: readonly FakeTableSpec[];
  /** Tables that plain CQL made: `keyspace.table`, listed by the API and unknown to DescribeTable (recorded api 756). */
  readonly plainCqlTables?: readonly string[];
  /** CQL asks for this login. */
  readonly login?: { readonly username: string; readonly password: string };
  /** The API asks for requests signed by one of these roles; the secret is the role's `salted_hash`. */
  readonly roles?: Readonly<Record<string, string>>;
  /** Whether this role may read `system.config`. An ordinary one may not (recorded cql 416). Default true. */
  readonly mayReadConfig?: boolean;
  /** How many nodes the ring has, this one included. Default 1. */
  readonly nodes?: number;
  /** User id of the server: it refuses files of another owner. Only root can choose one. Default: ours. */
  readonly serverUid?: number;
  /** How long indexes take: to become ACTIVE after CreateTable, and to be filled after a refresh. Default 60 ms. */
  readonly indexMs?: number;
  /** How long the server takes from `start` until it serves. Default 50 ms. */
  readonly startMs?: number;
}
