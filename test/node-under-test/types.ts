/** What `startNode` takes and gives. This file is the whole surface that tests, demo and benchmarks may use. */

export interface NodeUnderTestOptions {
  /** 1 to 3 nodes of one ring. Default 1. */
  readonly nodes?: 1 | 2 | 3;
  /** Where the nodes keep their data. Default: a new folder below the system's temporary folder, removed by `stop()`. */
  readonly root?: string;
  /** How the node is to behave, as a real Scylla does; see README.md. */
  readonly behaviour?: Behaviour;
  /**
   * User id of the database process. A server that is not root refuses files of another owner, in `upload/` and at boot.
   * Only root can choose one. Default: the user who starts it.
   */
  readonly runAs?: number;
  /**
   * Ask for CQL logins, and for signed requests at the Alternator port (access key = role name, secret = its
   * `salted_hash`), as `alternator_enforce_authorization` does. The superuser is `cassandra` / `cassandra`.
   */
  readonly authorization?: boolean;
  /** Called with one line about each slow thing (download, start). Default: silent. */
  readonly progress?: (line: string) => void;
}

/** Knobs that make the node act as the real one was seen to act (shared/recorded/.../restore/behaviour.md). */
export interface Behaviour {
  /** How long indexes take to fill after `refresh` returned, with `staging/` not empty meanwhile. Default 300 ms. */
  readonly indexFillMs?: number;
  /** Snapshots named `pre-drop-<ms>` when the API deletes a table. Default true. */
  readonly autoSnapshot?: boolean;
}

/** How a node is to go wrong from now on; see README.md, "To make it misbehave". */
export interface Misbehaviour {
  /** As `Behaviour.indexFillMs`, for what is loaded from now on. */
  readonly indexFillMs?: number;
  /** The node says NORMAL and serves nobody, as a real one after an I/O error; only a restart ends it. */
  readonly serves?: NotServing;
  /** With `serves`: not even a restart ends it, only the next call of `misbehave` and a restart. */
  readonly throughRestarts?: boolean;
  readonly faults?: readonly Fault[];
}

/**
 * How CQL and the Alternator port look meanwhile: both refuse connections; both accept and never say a word; the Alternator
 * port answers 500 to everything, also to `GET /`, and CQL refuses.
 */
export type NotServing = 'refusals' | 'silence' | 'errors';

/** What happens to some of the requests of one kind. */
export interface Fault {
  /** `refresh`, an operation of the API such as `CreateTable`, `GET /`, or `*` for any request at the Alternator port. */
  readonly on: string;
  /** Only requests that name this table. */
  readonly table?: string;
  /** So many go well first. Default 0. */
  readonly after?: number;
  /** Then so many are hit. Default: all. */
  readonly times?: number;
  /** None is hit any more so long after the first one was. Default: no limit. */
  readonly forMs?: number;
  /** The work is carried out before the fault: only its answer is lost. Default false. */
  readonly done?: boolean;
  readonly does: Effect;
}

export type Effect =
  /** API: 500 InternalServerError. Refresh: nodetool ends with 4, nothing loaded, every file still in `upload/`. */
  | 'refuse'
  /** No answer, ever. */
  | 'hang'
  /** The node is stopped in order; whoever asked gets no answer. */
  | 'stop'
  /** The database gets SIGKILL; whoever asked gets no answer. */
  | 'kill'
  /** Refresh only: `Already loading SSTables`, nodetool ends with 4. */
  | 'already loading'
  /** Refresh only: the first half of the SSTables is loaded, the others stay in `upload/`, nodetool ends with 1. */
  | 'load half'
  /** Refresh only: the TOC.txt files are lost on the way, so that the upload is deleted with exit status 0. */
  | 'lose the TOC';

/** One node of the ring, as an operator sees it. */
export interface NodeAddresses {
  /** `http://127.0.0.N:port`, the Alternator API. */
  readonly endpoint: string;
  readonly cql: { readonly host: string; readonly port: number; readonly datacenter: string };
  /** `http://127.0.0.N:port`, the REST API (port 10000 of a real Scylla). */
  readonly rest: string;
  readonly dataDirectory: string;
  /** Argument list that starts `nodetool` for this node; append the command. */
  readonly nodetool: readonly string[];
  readonly service: ServiceCommands;
}

/** Argument lists, each to be run as it is. `status` exits 0 while the service is active and 3 when it is not. */
export interface ServiceCommands {
  readonly start: readonly string[];
  readonly stop: readonly string[];
  readonly status: readonly string[];
}

/** The first node is spread at the top, since most tests have only one. */
export interface NodeUnderTest extends NodeAddresses {
  readonly nodes: readonly NodeAddresses[];
  /** The folder that holds everything of this ring. */
  readonly root: string;
  /** The role to sign and log in with when authorization is on. */
  readonly credentials?: {
    readonly username: string;
    readonly password: string;
    readonly saltedHash: string;
  };
  /** Ends every process of the ring and, when the root was made by `startNode`, removes it. A second call does nothing. */
  stop(): Promise<void>;
  /** SIGKILL to the database of one node (default the first); gateway and REST port then refuse. Data stays. */
  kill(node?: number): Promise<void>;
  /** Starts the database of one node again (default the first) and resolves when it serves. */
  start(node?: number): Promise<void>;
  /** One node (default the first) goes wrong so from now on, instead of as told before; `{}` ends all of it but `serves`. */
  misbehave(how: Misbehaviour, node?: number): Promise<void>;
  /** What the faults since the last `misbehave` hit, in order: `CreateTable users: kill`. Proof for tests. */
  hits(node?: number): Promise<readonly string[]>;
}
