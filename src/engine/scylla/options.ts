import type { Run } from '../../system/run.js';
import type { Clock } from '../../system/wait.js';

/** Where a node's doors are, and what opens them. */
export interface ScyllaOptions {
  /** `http://localhost:8000` */
  readonly endpoint: string;
  readonly region: string;
  readonly cqlHost: string;
  readonly cqlPort: number;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly username: string;
    readonly password: string;
  };
  /** Argument list that starts nodetool; the command is appended. */
  readonly nodetool: readonly [string, ...string[]];
  /** Argument list that starts cqlsh, for servers that know no DESC. */
  readonly cqlsh: readonly [string, ...string[]];
  /** The operator's word on where the data lies; it wins over the server's, which may speak of a container's inside. */
  readonly dataDirectory: string | undefined;
  readonly startTimeoutMs: number;
  /** For a snapshot. */
  readonly nodetoolTimeoutMs: number;
  /** For a load, and for waiting while another load is under way. */
  readonly loadTimeoutMs: number;
  readonly run: Run;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The documented scripts' place, and Scylla's default. */
export const DEFAULT_DATA_DIRECTORY = '/var/lib/scylla/data';
