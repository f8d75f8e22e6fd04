import type { Journals } from './journals.js';
import type { Engine } from '../engine/engine.js';
import type { NodeService } from '../service/node-service.js';
import type { Store } from '../store/store.js';
import type { Shield } from '../system/shield.js';
import type { Clock } from '../system/wait.js';
import type { Reporter } from '../terminal/reporter.js';

/** What a restore works with; `wire.ts` makes it. */
export interface RestoreTools {
  readonly engine: Engine;
  readonly store: Store;
  readonly journals: Journals;
  readonly service: NodeService;
  readonly report: Reporter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /**
   * Keeps a wish to stop away from the engine while a table is neither as before nor done: between its removal and the end
   * of its load there is no good place to stop.
   */
  readonly shield: Shield['shield'];
  /** The backup directory as the operator wrote it: what the documented log lines show. */
  readonly shownRoot: string;
}
