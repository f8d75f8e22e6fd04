import type { Database } from '../ring/database.js';
import type { Misbehaving } from '../ring/misbehaving.js';
import type { StoredNames } from '../stored-names.js';

/** What the REST port of one node works with. */
export interface RestContext {
  readonly host: string;
  readonly dataDirectory: string;
  readonly database: Database;
  readonly autoSnapshot: boolean;
  readonly names: StoredNames;
  /** Every node of the ring, or undefined as soon as one of them is down. */
  readonly everyNode: () => readonly Database[] | undefined;
  /** User id of the database process. */
  readonly user: number;
  /** State of this node that no other part knows; the routes change it. */
  readonly state: NodeState;
  /** Cuts the node off as an I/O error does to a real one: CQL, Alternator and gossip end, REST and the process stay. */
  readonly isolate: () => Promise<void>;
  readonly misbehaving: Misbehaving;
  readonly fillGlobalIndexes: (table: string) => Promise<void>;
}

export interface NodeState {
  /** One refresh at a time per node, whatever the table. */
  isLoading: boolean;
  isIsolated: boolean;
}
