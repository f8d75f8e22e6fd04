import type { StoreTools } from './commands/tools.js';
import { secretsOf, type Settings } from './settings.js';
import { directoryStore } from './store/directory-store.js';
import { giveWay } from './system/give-way.js';
import { systemClock } from './system/wait.js';
import { consoleSink } from './terminal/console.js';
import { jsonLines } from './terminal/json-lines.js';
import { makeReporter, type Sink } from './terminal/reporter.js';
import { watchOutput } from './terminal/watch-output.js';
import type { World } from './wire.js';

export interface StoreWired {
  readonly tools: StoreTools;
  /** Whether something that was written to an output got lost. */
  readonly isOutputLost: () => boolean;
  readonly close: () => Promise<void>;
}

/**
 * Builds the tools of a command that only looks into a store. Loading what talks to a database, and what writes logs, takes
 * longer than listing a few hundred tables.
 */
export function wireStore(
  command: 'list' | 'show' | 'verify',
  settings: Settings,
  world: World,
  signal: AbortSignal,
): StoreWired {
  const { stdout, stderr } = world;
  const clock = systemClock;
  const now = () => clock.now();
  // Who lists waits for it; who verifies reads every byte.
  if (command === 'verify' && settings.givesWay) giveWay();
  const sinks: Sink[] = [consoleSink({ stdout, stderr, quiet: settings.quiet, json: settings.json, now })];
  if (settings.json) sinks.push(jsonLines(stdout, now));
  const report = makeReporter({ sinks, secrets: secretsOf(settings.credentials) });
  let isOutputLost = false;
  const watching = [['output', stdout] as const, ['error', stderr] as const].map(([name, stream]) =>
    watchOutput(stream, (reason) => {
      isOutputLost = true;
      report.warn(`What goes to standard ${name} is lost: ${reason}`);
    }),
  );
  const { jobs, level, bytesPerSecond, keepVersions, backupDirectory: root } = settings;
  const store = directoryStore({
    root,
    keepVersions,
    effort: { jobs, level, bytesPerSecond },
    clock,
    signal,
  });
  return {
    tools: { settings, store, report, clock, signal },
    isOutputLost: () => isOutputLost,
    async close() {
      for (const sink of sinks) await sink.close();
      for (const end of watching) end();
    },
  };
}
