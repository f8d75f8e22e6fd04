import { closeSync, openSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import winston from 'winston';
import { PRIVATE_FILE, reasonOf } from '../system/files.js';
import { logLine } from './log-line.js';
import type { Sink } from './reporter.js';

export interface LogFileOptions {
  readonly path: string;
  readonly now: () => Date;
  /** Told once when the file cannot be written: a full disk must not stop a restore halfway, nor go unnoticed. */
  readonly onLost: (text: string) => void;
}

/**
 * The documented log file: appended, never truncated, and not there before the first line. Lines are written before the
 * work goes on, so that a killed run leaves a log that is true. A stack follows its ERROR line.
 */
export function logFile({ path, now, onLost }: LogFileOptions): Sink {
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
    format: winston.format.printf(({ level, message, stack }) => {
      const line = logLine(now(), level as 'INFO', String(message));
      return typeof stack === 'string' ? `${line}\n${stack}` : line;
    }),
    transports: [new winston.transports.Stream({ stream, eol: '\n' })],
  });

  return {
    take(event) {
      if (event.type !== 'log') return;
      logger.log({ level: event.level, message: event.text, stack: event.stack });
    },
    async close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
      lost = true;
    },
  };
}
