import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { RingDescription, SupervisorMessage, SupervisorOptions } from './supervisor-messages.js';
import type { NodeUnderTestOptions } from './types.js';

export type Supervisor = ChildProcessByStdio<Writable, Readable, null>;

export interface StartedSupervisor {
  readonly ring: RingDescription;
  readonly child: Supervisor;
}

export interface Start {
  /** Folder of the compiled programs. */
  readonly programs: string;
  readonly options: NodeUnderTestOptions;
  /** The ring stays when this process ends. */
  readonly keep: boolean;
}

/** Starts a ring in a process of its own and resolves when all of it serves. */
export async function startSupervisor({ programs, options, keep }: Start): Promise<StartedSupervisor> {
  const program = join(programs, 'supervisor.js');
  // A group of its own: Ctrl-C in a terminal reaches the tests, and the ring goes down in order after them.
  const child = spawn(process.execPath, [program], {
    // A ring that stays must not hold the terminal of the command that started it.
    stdio: ['pipe', 'pipe', keep ? 'ignore' : 'inherit'],
    detached: true,
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(supervisorOptions(options, keep))}\n`);
  const ring = await new Promise<RingDescription>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as SupervisorMessage;
      if ('progress' in message) options.progress?.(message.progress);
      else if ('ready' in message) resolve(message.ready);
      else reject(new Error(message.failed));
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      reject(new Error(`the supervisor of the node under test ended with ${signal ?? String(code)}`));
    });
  });
  return { ring, child };
}

function supervisorOptions(options: NodeUnderTestOptions, outlivesParent: boolean): SupervisorOptions {
  return {
    nodes: options.nodes ?? 1,
    behaviour: options.behaviour ?? {},
    authorization: options.authorization ?? false,
    javaSources: javaSources(import.meta.dirname),
    outlivesParent,
    ...(options.root === undefined ? {} : { root: options.root }),
    ...(options.runAs === undefined ? {} : { user: options.runAs }),
  };
}

/** The Java sources are not compiled with the rest: from `build/…` the way leads up to the project. */
function javaSources(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const sources = join(folder, 'test', 'node-under-test', 'java');
    if (existsSync(sources)) return sources;
    if (folder === dirname(folder)) throw new Error(`no test/node-under-test/java above ${from}`);
  }
}
