import { ProgramFailed, type Run } from '../../system/run.js';

export interface NodetoolOptions {
  readonly argv: readonly [string, ...string[]];
  readonly timeoutMs: number;
  readonly loadTimeoutMs: number;
  readonly run: Run;
  readonly signal: AbortSignal;
}

/** nodetool, one function per verb. It knows nothing of backups. Each rejects with `ProgramFailed`. */
export interface Nodetool {
  /** Flushes first. Base table only on 2025.1 and later; its views too up to 6.2 (SCYLLA.md 3.2), which does no harm. */
  snapshot(keyspace: string, table: string, tag: string): Promise<void>;
  /** An unknown tag is a success of nodetool's own; an unknown keyspace is one of ours. Runs also after an interrupt. */
  clearSnapshot(keyspace: string, tag: string): Promise<void>;
  /** What `status` prints. */
  status(): Promise<string>;
  /** `running` or `not running`. */
  gossip(): Promise<string>;
  refresh(keyspace: string, table: string, stream: boolean): Promise<void>;
}

/** It only asks; whoever waits for a node asks again. */
const ASK_MS = 30_000;
/** Somebody wants to leave: what a dead nodetool does not clear now, the next run does. */
const AFTER_INTERRUPT_MS = 15_000;

export function nodetool({ argv, timeoutMs, loadTimeoutMs, run, signal }: NodetoolOptions): Nodetool {
  const call = (...args: readonly string[]) => run({ argv: [...argv, ...args], timeoutMs }, signal);

  const ask = (verb: string) =>
    run({ argv: [...argv, verb], timeoutMs: Math.min(timeoutMs, ASK_MS) }, signal);

  return {
    async snapshot(keyspace, table, tag) {
      await call('snapshot', '-t', tag, ...oneTable(keyspace, table));
    },

    async clearSnapshot(keyspace, tag) {
      try {
        const patience = signal.aborted ? Math.min(timeoutMs, AFTER_INTERRUPT_MS) : timeoutMs;
        await run({ argv: [...argv, 'clearsnapshot', '-t', tag, '--', keyspace], timeoutMs: patience });
      } catch (error) {
        if (error instanceof ProgramFailed && /keyspace \S+ does not exist/i.test(error.said)) return;
        throw error;
      }
    },

    status: () => ask('status'),
    gossip: async () => (await ask('statusgossip')).trim(),

    /** `--` since a table name may begin with a dash (recorded nodetool 327). */
    async refresh(keyspace, table, stream) {
      const how = stream ? ['--load-and-stream'] : [];
      await run(
        { argv: [...argv, 'refresh', ...how, '--', keyspace, table], timeoutMs: loadTimeoutMs },
        signal,
      );
    },
  };
}

/**
 * nodetool splits a keyspace argument at its only dot and then ignores `-cf` (recorded nodetool 142), so a name with a dot
 * is given as `keyspace/table`; every version takes the plain form for the others.
 */
const oneTable = (keyspace: string, table: string): readonly string[] =>
  keyspace.includes('.') ? ['--', `${keyspace}/${table}`] : ['-cf', table, '--', keyspace];

/** Another refresh is under way on this node, for any table (sstables_loader.cc). */
export const isAlreadyLoading = (error: unknown): boolean =>
  error instanceof ProgramFailed && error.said.includes('Already loading SSTables');
