import type { ApiBehaviour } from './api/server.js';
import type { Calls } from './calls.js';
import type { CqlBehaviour } from './cql/server.js';
import type { FakeTableSpec } from './options.js';
import type { Misbehaviour } from './programs/behaviour.js';
import type { ServiceBehaviour } from './programs/service.js';

/** A Scylla node of nothing but Node: its doors, its data directory, its programs, and what it was asked. */
export interface FakeScylla {
  readonly endpoint: string;
  readonly host: string;
  readonly cqlPort: number;
  readonly dataDirectory: string;
  /** The folder that holds `nodetool` and `service` as programs. */
  readonly programs: string;
  /** What starts nodetool; the verb is appended. */
  readonly nodetool: readonly string[];
  /** The value of `--service` for this node. */
  readonly service: string;
  readonly calls: Calls;
  /** To be set by the test at any time. */
  readonly api: ApiBehaviour;
  readonly cql: CqlBehaviour;
  readonly server: ServiceBehaviour;
  /** Makes a program act otherwise the next `times` times (default: for ever) that it is started with such arguments. */
  when(
    program: 'nodetool' | 'service',
    applies: (args: readonly string[]) => boolean,
    misbehaviour: Misbehaviour,
    times?: number,
  ): void;
  addTable(spec: FakeTableSpec): void;
  /** What the table holds now; undefined when there is none. */
  table(
    name: string,
  ):
    | { readonly id: string; readonly directory: string; readonly items: number; readonly indexed: number }
    | undefined;
  /** The names of the tags of this table's present directory. */
  snapshots(name: string): readonly string[];
  /** Whatever the server could not take, counted since ever. */
  corruptRows(): number;
  /** When it last began to serve, in milliseconds since 1970. */
  servingSince(): number;
  /** Closes a door, as when that part of the server is down; the rest runs on. */
  closeDoor(door: 'api' | 'cql'): Promise<void>;
  /** Processes that a hanging program left word of. */
  hanging(): readonly number[];
  /** Closes every door. A second call does nothing. */
  close(): Promise<void>;
}
