/** What the Java part answers (java/nodeundertest/NodeFacts.java), field by field. */

export interface NodeFact {
  readonly hostId: string;
  readonly operationMode: string;
  readonly schemaVersion: string;
  readonly releaseVersion: string;
  readonly initialized: boolean;
  readonly gossip: boolean;
  readonly nativeTransport: boolean;
  /** Bytes. */
  readonly load: number;
  readonly exceptions: number;
  /** Seconds since 1970 at which gossip started. */
  readonly generation: number;
  readonly datacenter: string;
  readonly rack: string;
  readonly clusterName: string;
  readonly partitioner: string;
  readonly keyspaces: readonly string[];
  readonly localKeyspaces: readonly string[];
}

export interface RingMember {
  readonly address: string;
  readonly hostId: string;
  readonly live: boolean;
  /** Bytes; null until gossip has told. */
  readonly load: number | null;
  readonly schemaVersion: string | null;
  readonly tokens: readonly string[];
  readonly datacenter: string;
  readonly rack: string;
}

export interface TableFact {
  readonly keyspace: string;
  readonly table: string;
  readonly id: string;
  readonly directory: string;
  readonly view: boolean;
}
