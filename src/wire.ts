import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Tools } from './commands/tools.js';
import { scyllaEngine } from './engine/scylla/scylla-engine.js';
import { serviceFor } from './service/controlled-service.js';
import { journalFiles, type Journals } from './restore/journals.js';
import { knowingItsPlace } from './restore/known-place.js';
import { secretsOf, type Settings } from './settings.js';
import { directoryStore } from './store/directory-store.js';
import { existingStore } from './store/existing-store.js';
import { giveWay } from './system/give-way.js';
import { runLocally } from './system/run.js';
import { shieldFrom } from './system/shield.js';
import { systemClock } from './system/wait.js';
import { consoleSink } from './terminal/console.js';
import { jsonLines } from './terminal/json-lines.js';
import { logFile, type LogFile } from './terminal/log-file.js';
import { pipedPrompter } from './terminal/piped-prompter.js';
import type { Prompter } from './terminal/prompter.js';
import { makeReporter, type Sink } from './terminal/reporter.js';
import { terminalPrompter } from './terminal/terminal-prompter.js';
import { watchOutput } from './terminal/watch-output.js';

/** The outside world, as `bin` hands it over. */
export interface World {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Stands between the journals and whoever writes them: to look on, or to cut a run off at an exact place. */
  readonly journals?: (journals: Journals) => Journals;
}

export type CommandName = 'backup' | 'restore';

export interface Wired {
  readonly tools: Tools;
  readonly log: LogFile;
  /** Whether something that was written to an output got lost. */
  readonly isOutputLost: () => boolean;
  /** Lets go of everything. Never rejects with what would hide an earlier error. */
  readonly close: () => Promise<void>;
}

/** Builds the tools of one run: the only place that names adapters. */
export function wire(command: CommandName, settings: Settings, world: World, signal: AbortSignal): Wired {
  const { stdin, stdout, stderr } = world;
  const clock = systemClock;
  const now = () => clock.now();
  const atFormerPriority = settings.givesWay ? giveWay() : <T>(start: () => T) => start();

  const file = logFile({
    path: join(settings.logDirectory, `alternator_${command}.log`),
    now,
    onLost: (text) => stderr.write(`${text}\n`),
  });
  const sinks: Sink[] = [
    file,
    consoleSink({ stdout, stderr, quiet: settings.quiet, json: settings.json, now }),
  ];
  if (settings.json) sinks.push(jsonLines(stdout, now));
  const report = makeReporter({ sinks, secrets: secretsOf(settings.credentials) });
  let isOutputLost = false;
  const watching = [['output', stdout] as const, ['error', stderr] as const].map(([name, stream]) =>
    watchOutput(stream, (reason) => {
      isOutputLost = true;
      report.warn(`What goes to standard ${name} is lost: ${reason}`);
    }),
  );

  const shielded = shieldFrom(signal);
  const server = scyllaEngine({
    endpoint: settings.endpoint,
    region: settings.region,
    cqlHost: settings.cqlHost,
    cqlPort: settings.cqlPort,
    credentials: settings.credentials,
    nodetool: settings.nodetool,
    cqlsh: settings.cqlsh,
    dataDirectory: settings.dataDirectory,
    startTimeoutMs: settings.startTimeoutMs,
    nodetoolTimeoutMs: settings.nodetoolTimeoutMs,
    loadTimeoutMs: settings.loadTimeoutMs,
    run: runLocally,
    clock,
    signal: shielded.signal,
  });
  const { jobs, level, bytesPerSecond } = settings;
  const written = directoryStore({
    root: settings.backupDirectory,
    keepVersions: settings.keepVersions,
    effort: { jobs, level, bytesPerSecond },
    clock,
    signal,
  });
  const store =
    command === 'backup'
      ? written
      : existingStore(written, {
          clock,
          onReadOnly: (reason) => {
            report.warn(
              `${settings.shownBackupDirectory} cannot be written to (${reason}): its history will not know of this restore`,
            );
          },
        });
  const engine = knowingItsPlace(server, store);
  const journals = journalFiles(engine);
  const service = serviceFor(settings.service, {
    // It may start the database as our child.
    run: (order, stopped) => atFormerPriority(() => runLocally(order, stopped)),
    clock,
  });
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  const prompter = prompterFor(world, settings, isTerminal, signal);

  return {
    tools: {
      settings,
      engine,
      store,
      journals: world.journals?.(journals) ?? journals,
      service,
      report,
      prompter,
      isTerminal,
      clock,
      signal,
      shield: (work) => shielded.shield(work),
      toolVersion: world.version,
    },
    log: file,
    isOutputLost: () => isOutputLost,
    async close() {
      prompter.close();
      await engine.close();
      for (const sink of sinks) await sink.close();
      for (const end of watching) end();
    },
  };
}

function prompterFor(
  { stdin, stdout, stderr }: World,
  settings: Settings,
  isTerminal: boolean,
  signal: AbortSignal,
): Prompter {
  const output = settings.json ? stderr : stdout;
  if (isTerminal) return terminalPrompter(stdin, output, signal);
  return pipedPrompter({ input: stdin, output, deadlineMs: settings.answerTimeoutMs, signal });
}
