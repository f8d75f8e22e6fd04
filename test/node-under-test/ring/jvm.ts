import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** The database said no to a call; `kind` tells which "no" (see java/nodeundertest/Refusal.java). */
export class JvmRefusal extends Error {
  override readonly name = 'JvmRefusal';
  constructor(
    readonly kind: string,
    message: string,
  ) {
    super(message);
  }
}

export interface JvmOptions {
  /** A program that runs the rest of its arguments in the same process, or nothing. */
  readonly before: readonly string[];
  readonly argv: readonly [string, ...string[]];
  readonly environment: NodeJS.ProcessEnv;
  /** File for stderr. */
  readonly log: string;
  readonly user?: number;
}

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (problem: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Time within which any call must be answered. Loading is the slowest: some MB a second. */
const CALL_DEADLINE_MS = 5 * 60_000;

/**
 * One Cassandra process and its control lines. The process halts when this process is gone, because its stdin ends then.
 */
export class Jvm {
  /** Resolves when the CQL port answers; rejects when the process ends before. */
  readonly serving: Promise<void>;
  /** Resolves with a sentence when the process has ended, whoever ended it. */
  readonly ended: Promise<string>;
  readonly pid: number;
  private readonly child: ChildProcess;
  private readonly calls: Writable;
  private readonly answers: Readable;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private end: string | undefined;

  constructor({ before, argv, environment, log, user }: JvmOptions) {
    const [program = '', ...args] = [...before, ...argv];
    const stderr = openSync(log, 'a');
    this.child = spawn(program, args, {
      stdio: ['pipe', 'pipe', stderr],
      env: environment,
      detached: true,
      ...(user === undefined ? {} : { uid: user, gid: user }),
    });
    closeSync(stderr);
    const { stdin, stdout } = this.child;
    if (stdin === null || stdout === null) throw new Error('a process without pipes');
    this.calls = stdin;
    this.answers = stdout;
    this.pid = this.child.pid ?? 0;
    this.ended = new Promise((resolve) => {
      const finish = (how: string) => {
        this.end ??= how;
        this.rejectAll(new Error(how));
        resolve(this.end);
      };
      this.child.on('error', (error) => {
        finish(`${program} cannot be started: ${error.message}`);
      });
      this.child.on('exit', (code, signal) => {
        finish(`the database process ended with ${signal ?? String(code)}\n${lastLines(log)}`);
      });
    });
    // A call to a process that has just died ends by `ended`, not by a broken pipe.
    this.calls.on('error', () => undefined);
    this.serving = new Promise((resolve, reject) => {
      this.readLines(resolve);
      void this.ended.then((how) => {
        reject(new Error(how));
      });
    });
    // Who stops a node while it starts does not wait for it to serve.
    this.serving.catch(() => undefined);
  }

  get isRunning(): boolean {
    return this.end === undefined;
  }

  /** Rejects with `JvmRefusal` for a no, and with another error when the process ends or does not answer in time. */
  call(name: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      if (this.end !== undefined) {
        reject(new Error(this.end));
        return;
      }
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new Error(`the database did not answer "${name}" within ${CALL_DEADLINE_MS / 1000} s`));
      }, CALL_DEADLINE_MS);
      this.pending.set(id, { resolve, reject, timer });
      this.calls.write(`${JSON.stringify({ id, call: name, ...args })}\n`);
    });
  }

  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.isRunning) this.child.kill(signal);
  }

  private readLines(onServing: () => void): void {
    createInterface({ input: this.answers }).on('line', (line) => {
      const message = JSON.parse(line) as Message;
      if ('event' in message) onServing();
      else this.settle(message);
    });
  }

  private settle(message: Answer): void {
    const pending = this.pending.get(message.id);
    if (pending === undefined) return;
    this.pending.delete(message.id);
    clearTimeout(pending.timer);
    if (message.error === undefined) pending.resolve(message.answer);
    else pending.reject(new JvmRefusal(message.error.kind, message.error.message));
  }

  private rejectAll(problem: Error): void {
    for (const { reject, timer } of this.pending.values()) {
      clearTimeout(timer);
      reject(problem);
    }
    this.pending.clear();
  }
}

/** A new ring's folder goes when its start fails, so the reason must be in the message. */
const lastLines = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-20).join('\n');

interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: { readonly kind: string; readonly message: string };
}

type Message = Answer | { readonly event: 'serving' };
