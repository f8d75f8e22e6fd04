import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { endWithUs } from './cleaning.js';

export interface ToolResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Text for standard input. Default: none. */
  readonly stdin?: string;
  /** Standard input does not end. */
  readonly keepStdinOpen?: boolean;
  /** What to do if the program does not end by itself: it is killed, and this is an error. Default 30 s. */
  readonly deadlineMs?: number;
}

/** A program under test that runs. */
export interface RunningTool {
  readonly pid: number;
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when both outputs together hold this text. */
  untilSays(text: string): Promise<void>;
  /** Resolves when `isSeen`, which is asked after each piece of output. Rejects when the program ends before; `what` names it. */
  untilSeen(isSeen: () => boolean, what: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Ends it and whatever it started in its own group, if it still runs, and resolves when it is gone. */
  end(): Promise<void>;
  readonly result: Promise<ToolResult>;
}

const DEADLINE_MS = 30_000;

/** An environment with nothing in it that the program was not given. */
export const cleanEnvironment = (extra: Readonly<Record<string, string>>): Record<string, string> => ({
  PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
  LANG: 'C.UTF-8',
  ...extra,
});

export function startProgram(argv: readonly [string, ...string[]], options: RunOptions): RunningTool {
  const { cwd, env, stdin = '', keepStdinOpen = false, deadlineMs = DEADLINE_MS } = options;
  const started = Date.now();
  const [program, ...args] = argv;
  const child = spawn(program, args, { cwd, env: cleanEnvironment(env), detached: true });
  if (child.pid === undefined) throw new Error(`${program} cannot be started`);
  const { pid } = child;
  const watched = endWithUs(pid);
  // Whoever does not read its standard input closes it; that is not an error of the test.
  child.stdin.on('error', () => undefined);
  child.stdin.write(stdin);
  if (!keepStdinOpen) child.stdin.end();

  let stdout = '';
  let stderr = '';
  let onText: () => void = () => undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onText();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onText();
  });

  let late = false;
  let hasEnded = false;
  const deadline = setTimeout(() => {
    late = true;
    process.kill(-pid, 'SIGKILL');
  }, deadlineMs);

  const result = once(child, 'close').then((ended): ToolResult => {
    const [code, signal] = ended as [number | null, NodeJS.Signals | null];
    clearTimeout(deadline);
    hasEnded = true;
    watched.isGone();
    onText();
    const said = `stdout:\n${stdout}\nstderr:\n${stderr}`;
    if (late) throw new Error(`${argv.join(' ')} did not end within ${deadlineMs} ms\n${said}`);
    return { code, signal, stdout, stderr, ms: Date.now() - started };
  });

  // Whoever waits for it hears of it; a test that failed before does not.
  result.catch(() => undefined);

  const untilSeen: RunningTool['untilSeen'] = async (isSeen, what) => {
    const ending = result.then(() => undefined);
    while (!isSeen()) {
      if (hasEnded) throw new Error(`It ended without showing "${what}":\n${stdout}\n${stderr}`);
      const heard = new Promise<void>((resolve) => {
        onText = resolve;
      });
      await Promise.race([heard, ending]);
    }
  };

  return {
    pid,
    child,
    result,
    stdout: () => stdout,
    stderr: () => stderr,
    kill: (signal) => {
      process.kill(pid, signal);
    },
    async end() {
      if (!hasEnded && child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL');
      await result.catch(() => undefined);
    },
    untilSays: (text) => untilSeen(() => `${stdout}${stderr}`.includes(text), text),
    untilSeen,
  };
}
