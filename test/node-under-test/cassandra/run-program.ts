import { spawn } from 'node:child_process';

export interface Program {
  readonly argv: readonly [string, ...string[]];
  /** What is being done, for the error: `Downloading Cassandra`. */
  readonly doing: string;
  readonly timeoutMs: number;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs a program to its end and gives what it wrote to stdout. Its whole process group dies when the time is over or the
 * signal comes. Rejects with the last lines of its output when it fails.
 */
export function runProgram({ argv, doing, timeoutMs, cwd, signal }: Program): Promise<string> {
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      all += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (all += text));

    const killGroup = () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    };
    const timer = setTimeout(killGroup, timeoutMs);
    signal?.addEventListener('abort', killGroup);

    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(new Error(`${doing}: ${program} cannot be started: ${cause.message}`, { cause }));
    });
    child.on('close', (code, killedBy) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', killGroup);
      if (code === 0) resolve(stdout);
      else reject(new Error(`${doing}: ${program} ${ending(code, killedBy, timeoutMs)}\n${tail(all)}`));
    });
  });
}

function ending(code: number | null, killedBy: NodeJS.Signals | null, timeoutMs: number): string {
  return code === null
    ? `was killed (${killedBy ?? '?'}, time limit ${timeoutMs / 1000} s)`
    : `ended with ${code}`;
}

const tail = (text: string) => text.trimEnd().split('\n').slice(-25).join('\n');
