import type { NodeFact, RingMember, TableFact } from './facts.js';
import type { Jvm } from './jvm.js';

export interface SSTablePlace {
  readonly directory: string;
  readonly version: string;
  readonly id: string;
  /** Link the files unread, damage included. */
  readonly asIs: boolean;
}

export interface LoadRequest {
  readonly keyspace: string;
  readonly table: string;
  readonly sstables: readonly SSTablePlace[];
  /** Take only rows of the ranges that this node replicates. */
  readonly ownedOnly: boolean;
}

export interface PreparedLoad {
  /** For `commitLoad` or `abortLoad`. */
  readonly ticket: string;
  /** Some SSTable lacks a column that the table has: it is older than that column, or no row ever had a value there. */
  readonly lacksColumns: boolean;
}

/** The calls that the Java part answers. Names of keyspaces and tables are those of Cassandra. */
export class Database {
  constructor(private readonly jvm: Jvm) {}

  node(): Promise<NodeFact> {
    return this.jvm.call('node') as Promise<NodeFact>;
  }

  /** Every node as this one sees it. */
  ring(): Promise<readonly RingMember[]> {
    return this.jvm.call('ring') as Promise<readonly RingMember[]>;
  }

  /** Share of the ring by address, 0 to 1; with a keyspace, replicas counted. */
  ownership(keyspace?: string): Promise<Readonly<Record<string, number>>> {
    return this.jvm.call('ownership', { keyspace }) as Promise<Record<string, number>>;
  }

  tables(): Promise<readonly TableFact[]> {
    return this.jvm.call('tables') as Promise<readonly TableFact[]>;
  }

  /** STARTED or SUCCESS by host id; hosts that have not begun are missing. */
  viewStatus(keyspace: string, view: string): Promise<Readonly<Record<string, string>>> {
    return this.jvm.call('viewStatus', { keyspace, view }) as Promise<Record<string, string>>;
  }

  async flush(keyspace: string, table: string): Promise<void> {
    await this.jvm.call('flush', { keyspace, table });
  }

  /** Links the SSTables of a table into a new directory, with manifest.json and schema.cql. Does not flush. */
  async snapshot(keyspace: string, table: string, directory: string): Promise<void> {
    await this.jvm.call('snapshot', { keyspace, table, directory });
  }

  /** Writes what is to be loaded without showing it. */
  prepareLoad(request: LoadRequest): Promise<PreparedLoad> {
    return this.jvm.call('load.prepare', { ...request }) as Promise<PreparedLoad>;
  }

  async commitLoad(ticket: string): Promise<void> {
    await this.jvm.call('load.commit', { ticket });
  }

  async abortLoad(ticket: string): Promise<void> {
    await this.jvm.call('load.abort', { ticket });
  }

  /** The password hash of a role, or null as long as the role does not exist. */
  saltedHash(role: string): Promise<string | null> {
    return this.jvm.call('saltedHash', { role }) as Promise<string | null>;
  }

  /** Takes the node with this address for down. */
  async convict(address: string): Promise<void> {
    await this.jvm.call('convict', { address });
  }

  /** From now on indexes take this long to fill after a load. */
  async fillIndexesWithin(ms: number): Promise<void> {
    await this.jvm.call('fillIndexesWithin', { ms });
  }

  async isolate(): Promise<void> {
    await this.jvm.call('isolate');
  }
}
