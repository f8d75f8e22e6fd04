import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { backupCommand, type BackupFlags } from '../../src/commands/backup.js';
import { restoreCommand, type RestoreFlags } from '../../src/commands/restore.js';
import { schemaDiffCommand, type DiffFlags } from '../../src/commands/schema-diff.js';
import type { Tools } from '../../src/commands/tools.js';
import type { Engine } from '../../src/engine/engine.js';
import type { NodeService } from '../../src/service/node-service.js';
import { journalFiles, type Journals } from '../../src/restore/journals.js';
import { resumeCommand, type ResumeFlags } from '../../src/commands/resume.js';
import { undoCommand, type UndoFlags } from '../../src/commands/undo.js';
import { parseSettings } from '../../src/settings.js';
import { directoryStore } from '../../src/store/directory-store.js';
import { shieldFrom } from '../../src/system/shield.js';
import type { Clock } from '../../src/system/wait.js';
import type { Prompter } from '../../src/terminal/prompter.js';
import { memoryEngine, type MemoryEngine, type MemoryEngineOptions } from './memory-engine.js';
import { simpleTable } from './memory-schema.js';
import { recordedReport, type RecordedReport } from './recorded-report.js';
import { temporaryDirectory } from './temporary-directory.js';

/** A node in memory, a store on the disk, and the commands as they are, with everything that they say remembered. */
export interface Workbench {
  readonly engine: MemoryEngine;
  readonly root: string;
  readonly backups: string;
  readonly stop: AbortController;
  /** Service calls in their order. */
  readonly serviceCalls: readonly string[];
  readonly service: NodeService;
  fill(table: string, count: number): Promise<void>;
  backup(flags?: Partial<BackupFlags>, change?: Change): Promise<Ran>;
  diff(flags: DiffFlags, change?: Change): Promise<Ran>;
  restore(flags?: Partial<RestoreFlags>, change?: Change): Promise<Ran>;
  resume(flags?: ResumeFlags, change?: Change): Promise<Ran>;
  undo(flags?: UndoFlags, change?: Change): Promise<Ran>;
  readonly journals: Journals;
}

export interface Ran extends RecordedReport {
  /** Exit status, or what the command rejected with. */
  readonly result: unknown;
}

/** What is different in one run. */
export interface Change {
  readonly engine?: Partial<Engine>;
  readonly service?: Partial<NodeService>;
  readonly journals?: (journals: Journals) => Journals;
  readonly answers?: readonly string[];
  readonly isTerminal?: boolean;
  readonly canAskAgain?: boolean;
}

export async function workbench(options: Partial<MemoryEngineOptions> = {}): Promise<Workbench> {
  const root = await temporaryDirectory();
  const engine = memoryEngine({ root, ...options });
  const backups = join(root, 'backups');
  const serviceCalls: string[] = [];
  const stop = new AbortController();
  const journals = journalFiles(engine);
  let running = true;
  const service: NodeService = {
    name: 'a service',
    startCommand: 'start a service',
    verify: async () => undefined,
    isActive: async () => running,
    start: async () => {
      serviceCalls.push('start');
      running = true;
    },
    stop: async () => {
      serviceCalls.push('stop');
      running = false;
    },
  };

  const run = async (change: Change, work: (tools: Tools) => Promise<unknown>): Promise<Ran> => {
    const recorded = recordedReport();
    const shielded = shieldFrom(stop.signal);
    const tools: Tools = {
      settings: parseSettings(
        {
          backupDir: backups,
          logDir: root,
          endpoint: 'http://localhost:8000',
          region: 'r',
          cqlPort: '9042',
          nodetool: 'nodetool',
          cqlsh: 'cqlsh',
          service: 'none',
          startTimeout: '10',
          answerTimeout: '1',
          keepVersions: '3',
        },
        {},
      ),
      engine: stoppable({ ...engine, ...change.engine }, shielded.signal),
      store: directoryStore({ root: backups, keepVersions: 3, clock: fastClock, signal: stop.signal }),
      service: { ...service, ...change.service },
      journals: change.journals?.(journals) ?? journals,
      report: recorded.report,
      prompter: answering(change.answers ?? [], change.canAskAgain ?? false, recorded),
      isTerminal: change.isTerminal ?? false,
      clock: fastClock,
      signal: stop.signal,
      shield: (work) => shielded.shield(work),
      toolVersion: '0.0.0',
    };
    const result = await work(tools).catch((error: unknown) => error);
    return { ...recorded, result };
  };

  return {
    journals,
    engine,
    root,
    backups,
    stop,
    serviceCalls,
    service,
    async fill(table, count) {
      await mkdir(root, { recursive: true });
      await engine.createTable(simpleTable(table));
      for (let index = 0; index < count; index += 1) engine.put(table, `k${index}`, { n: index });
    },
    backup: (flags = {}, change = {}) =>
      run(change, (tools) => backupCommand({ tables: [], ...flags }, tools)),
    diff: (flags, change = {}) => run(change, (tools) => schemaDiffCommand(flags, tools)),
    restore: (flags = {}, change = {}) =>
      run(change, (tools) => restoreCommand({ tables: [], ...flags }, tools)),
    resume: (flags = {}, change = {}) => run(change, (tools) => resumeCommand(flags, tools)),
    undo: (flags = {}, change = {}) => run(change, (tools) => undoCommand(flags, tools)),
  };
}

/** What asks the disk and not the server, and what clears away, do not look at the signal. */
const ON_DISK: ReadonlySet<string> = new Set(['workDirectory', 'tableDirectory', 'dropSnapshot']);

/** As the real one: its calls begin with a look at the signal that wishes to stop come by. */
function stoppable(engine: Engine, signal: AbortSignal): Engine {
  return Object.fromEntries(
    Object.entries(engine).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'function' && !ON_DISK.has(name)
        ? async (...args: readonly unknown[]): Promise<unknown> => {
            signal.throwIfAborted();
            return (value as (...rest: readonly unknown[]) => Promise<unknown>)(...args);
          }
        : value,
    ]),
  ) as unknown as Engine;
}

/** Time that flies: an hour of waiting is over at once, and two looks are never at the same time. */
export const fastClock: Clock = (() => {
  let skipped = 0;
  return {
    now: () => new Date(Date.now() + skipped),
    sleep: async (ms) => {
      skipped += ms;
    },
  };
})();

/** Somebody who gives these answers, and then leaves. What is shown goes to standard output. */
function answering(answers: readonly string[], canAskAgain: boolean, { report }: RecordedReport): Prompter {
  const left = [...answers];
  return {
    canAskAgain,
    show: (text) => {
      report.say(text);
    },
    ask: async ({ message }) => {
      report.say(message);
      return left.shift();
    },
    close: () => undefined,
  };
}
