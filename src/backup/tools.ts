import type { Engine } from '../engine/engine.js';
import type { Store } from '../store/store.js';
import type { Clock } from '../system/wait.js';
import type { Reporter } from '../terminal/reporter.js';

/** What a backup works with; `wire.ts` makes it. */
export interface BackupTools {
  readonly engine: Engine;
  readonly store: Store;
  readonly report: Reporter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly toolVersion: string;
  /** The backup directory as the operator wrote it: what the documented log lines show. */
  readonly shownRoot: string;
  /** For the commands in README.txt. */
  readonly runbook: { readonly endpoint: string; readonly nodetool: readonly string[] };
}
