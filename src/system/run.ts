import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { asError, KnownError } from '../errors.js';

export interface Command {
  /** Program and arguments, handed over as they are; no shell sees them. */
  readonly argv: readonly [string, ...string[]];
  readonly timeoutMs: number;
}

/**
 * Starts a program and resolves with its standard output when it ends with exit status 0. Nothing is read from our own
 * standard input.
 *
 * Rejects with `ProgramFailed` when the program is missing, ends otherwise, or is not done in time; its whole process
 * group is gone then. Rejects with the signal's own reason when it aborts, the group gone likewise.
 */
export type Run = (command: Command, signal?: AbortSignal) => Promise<string>;

export class ProgramFailed extends KnownError {
  constructor(
    readonly argv: readonly string[],
    /** Undefined when there was none: not started, killed, or out of time. */
    readonly programExitCode: number | undefined,
    /** What the program said of it: standard error, else standard output, without surrounding blanks. */
    readonly said: string,
    message: string,
    details: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super('program', message, details);
  }
}

/** Time that a process group gets between SIGTERM and SIGKILL. */
const GRACE_MS = 2_000;

export const runLocally: Run = async ({ argv, timeoutMs }, signal) => {
  signal?.throwIfAborted();
  const [program, ...args] = argv;
  // Detached: a group of its own, so that the program's children can be ended together with it.
  const child = execa(program, args, { reject: false, stdin: 'ignore', detached: true, cleanup: false });

  let ended: 'by itself' | 'out of time' | 'interrupted' = 'by itself';
  let gone: Promise<void> = Promise.resolve();
  const end = (why: typeof ended) => {
    if (ended !== 'by itself') return;
    ended = why;
    gone = endGroup(child.pid);
  };
  const timer = setTimeout(end, timeoutMs, 'out of time');
  const onAbort = () => {
    end('interrupted');
  };
  signal?.addEventListener('abort', onAbort, { once: true });

  child.once('exit', () => {
    clearTimeout(timer);
    letGoOfPipes(child, ended === 'by itself');
  });

  try {
    const result = await child;
    // A child of the program may heed no signal and hold no pipe: the program's own end is not the end of the group.
    await gone;
    // `ended` changes inside the callbacks above, which the compiler cannot see.
    const how = ended as 'by itself' | 'out of time' | 'interrupted';
    if (how === 'interrupted') throw asError(signal?.reason);
    const said = result.stderr.trim() || result.stdout.trim();
    if (how === 'out of time') {
      throw new ProgramFailed(
        argv,
        undefined,
        said,
        `${program} did not end within ${seconds(timeoutMs)} and was killed`,
      );
    }
    if (!result.failed) return result.stdout;
    if (result.code === 'ENOENT' || result.code === 'EACCES') {
      throw new ProgramFailed(argv, undefined, said, `${program} cannot be started: ${reason(result.code)}`, {
        hint: `Is ${program} installed and on the PATH?`,
        cause: result,
      });
    }
    const status =
      result.exitCode === undefined ? `signal ${result.signal ?? '?'}` : `status ${result.exitCode}`;
    const message = `${program} ended with ${status}${said === '' ? '' : `: ${said}`}`;
    throw new ProgramFailed(argv, result.exitCode, said, message, { cause: result });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
};

/** What a program said before it ended is there by then. */
const REST_MS = 500;

/**
 * A program may leave a daemon behind that keeps its outputs open, as commands that start a database do. The program's own
 * end is what counts: nobody waits for the daemon, and nobody ends it.
 */
function letGoOfPipes(
  { stdout, stderr }: { readonly stdout: Readable; readonly stderr: Readable },
  byItself: boolean,
): void {
  if (!byItself) return;
  setTimeout(() => {
    stdout.destroy();
    stderr.destroy();
  }, REST_MS).unref();
}

/** SIGTERM to the whole group, SIGKILL after a grace period. Resolves when nobody of it is left. */
async function endGroup(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  killGroup(pid, 'SIGTERM');
  if (await isGoneWithin(pid, GRACE_MS)) return;
  killGroup(pid, 'SIGKILL');
  // Nobody survives that; but the dead are there until their parent has heard of it.
  await isGoneWithin(pid, 500);
}

async function isGoneWithin(pid: number, ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms; waited += 20) {
    if (!killGroup(pid, 0)) return true;
    await delay(20);
  }
  return false;
}

/** Whether there was anybody to get the signal. */
function killGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

const reason = (code: string): string => (code === 'ENOENT' ? 'no such program' : 'permission denied');

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
