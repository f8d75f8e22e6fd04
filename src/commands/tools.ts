import type { Engine } from '../engine/engine.js';
import type { Journals } from '../restore/journals.js';
import type { NodeService } from '../service/node-service.js';
import type { Settings } from '../settings.js';
import type { Store } from '../store/store.js';
import type { Shield } from '../system/shield.js';
import type { Clock } from '../system/wait.js';
import type { Prompter } from '../terminal/prompter.js';
import type { Reporter } from '../terminal/reporter.js';

/** What every command works with; `wire.ts` makes it for one run. */
export interface Tools {
  readonly settings: Settings;
  readonly engine: Engine;
  readonly store: Store;
  readonly journals: Journals;
  readonly service: NodeService;
  readonly report: Reporter;
  readonly prompter: Prompter;
  /** Whether a person sits there: standard input and standard output are both a terminal. */
  readonly isTerminal: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly shield: Shield['shield'];
  readonly toolVersion: string;
}

/** What a command works with that only looks into a store; `wire-store.ts` makes it. */
export type StoreTools = Pick<Tools, 'settings' | 'store' | 'report' | 'clock' | 'signal'>;
