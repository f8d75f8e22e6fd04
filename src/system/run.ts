import { execa } from 'execa';
import { KnownError } from '../errors.js';

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
 * group is gone then. Rejects with kind `interrupted` when the signal aborts, the group gone likewise.
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

  let ended: 'in time' | 'out of time' | 'interrupted' = 'in time';
  const end = (why: typeof ended) => {
    if (ended !== 'in time') return;
    ended = why;
    endGroup(child.pid);
  };
  const timer = setTimeout(end, timeoutMs, 'out of time');
  const onAbort = () => {
    end('interrupted');
  };
  signal?.addEventListener('abort', onAbort, { once: true });

  try {
    const result = await child;
    // `ended` changes inside the callbacks above, which the compiler cannot see.
    const how = ended as 'in time' | 'out of time' | 'interrupted';
    if (how === 'interrupted') throw new KnownError('interrupted', `${program} was interrupted`);
    const said = (result.stderr.trim() || result.stdout.trim()).trim();
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

/** SIGTERM to the whole group, SIGKILL after a grace period. A group that is already gone is what we want. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  killGroup(pid, 'SIGTERM');
  setTimeout(killGroup, GRACE_MS, pid, 'SIGKILL').unref();
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const reason = (code: string): string => (code === 'ENOENT' ? 'no such program' : 'permission denied');

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
