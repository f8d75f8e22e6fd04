import { accessSync, closeSync, constants, openSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import winston from 'winston';
import { KnownError } from '../errors.js';
import { errorCode, PRIVATE_FILE, reasonOf } from '../system/files.js';
import { logLine } from './log-line.js';
import type { Sink } from './reporter.js';
import { visibleLines } from './visible-text.js';

export interface LogFileOptions {
  readonly path: string;
  readonly now: () => Date;
  /** Told once when the file cannot be written: a full disk must not stop a restore halfway, nor go unnoticed. */
  readonly onLost: (text: string) => void;
}

export interface LogFile extends Sink {
  /** Rejects with kind `files` unless lines can be written, as far as that can be told without writing one. */
  expectUsable(): void;
  /** Nothing more is written: the file must not be made where it would lie. */
  giveUp(): void;
}

/**
 * The documented log file: appended, never truncated, and not there before the first line. Lines are written before the
 * work goes on, so that a killed run leaves a log that is true. A stack follows its ERROR line.
 */
export function logFile({ path, now, onLost }: LogFileOptions): LogFile {
  let descriptor: number | undefined;
  let lost = false;

  const write = (line: Buffer) => {
    if (lost) return;
    try {
      descriptor ??= openSync(path, 'a', PRIVATE_FILE);
      writeSync(descriptor, line);
    } catch (error) {
      lost = true;
      onLost(`The log file ${path} cannot be written: ${reasonOf(error)}`);
    }
  };

  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk);
      done();
    },
  });
  const logger = winston.createLogger({
    levels: { ERROR: 0, WARNING: 1, INFO: 2 },
    level: 'INFO',
    format: winston.format.printf(({ level, message, stack, at }) => {
      const line = logLine(at as Date, level as 'INFO', String(message));
      return typeof stack === 'string' ? [line, ...framesOf(stack)].join('\n') : line;
    }),
    transports: [new winston.transports.Stream({ stream, eol: '\n' })],
  });

  return {
    expectUsable() {
      expectWritable(path);
    },
    giveUp() {
      lost = true;
    },
    take(event, at = now()) {
      if (event.type !== 'log') return;
      logger.log({ level: event.level, message: event.text, stack: event.stack, at });
    },
    async close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
      lost = true;
    },
  };
}

/** The places only: the message before them is in the line above, and may hold lines of other people. */
const framesOf = (stack: string): readonly string[] =>
  visibleLines(stack).filter((line) => /^ +at /.test(line));

function expectWritable(path: string): void {
  const directory = dirname(path);
  try {
    // Without a trailing name a file would pass for a directory.
    accessSync(`${directory}/.`, constants.W_OK | constants.X_OK);
    if (isThere(path)) accessSync(path, constants.W_OK);
  } catch (error) {
    throw new KnownError('files', `The log directory ${directory} cannot be used: ${reasonOf(error)}`, {
      cause: error,
      changed: 'Nothing was done.',
      hint: 'Make it, or pass another --log-dir.',
    });
  }
}

function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
