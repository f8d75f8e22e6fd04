import { Chalk } from 'chalk';
import type { Level, ReportEvent, Sink } from './reporter.js';
import { logLine } from './log-line.js';
import { progressLine } from './progress-line.js';
import { visibleText } from './visible-text.js';

/** Where text can go; process.stdout and process.stderr are such. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ConsoleOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Only warnings and errors. */
  readonly quiet: boolean;
  /** Standard output belongs to the JSON lines: people's results go to standard error. */
  readonly json: boolean;
  readonly now: () => Date;
}

/**
 * What people see: log lines on standard error, as the documented scripts do, results on standard output. At a terminal
 * levels have colours, and the work in progress is one line that rewrites itself.
 */
export function consoleSink({ stdout, stderr, quiet, json, now }: ConsoleOptions): Sink {
  const live = stderr.isTTY === true && !quiet;
  const colours = new Chalk(live ? {} : { level: 0 });
  const paint: Record<Level, (text: string) => string> = {
    INFO: (text) => text,
    WARNING: (text) => colours.yellow(text),
    ERROR: (text) => colours.red(text),
  };
  const results = json ? stderr : stdout;
  let liveLine = false;

  const clearLive = () => {
    if (liveLine) stderr.write('\r\u001b[2K');
    liveLine = false;
  };
  const showLive = (text: string) => {
    if (!live) return;
    clearLive();
    stderr.write(colours.dim(text.slice(0, (stderr.columns ?? 80) - 1)));
    liveLine = true;
  };

  const take = (event: ReportEvent, at = now()) => {
    switch (event.type) {
      case 'log':
        if (quiet && event.level === 'INFO') return;
        clearLive();
        stderr.write(`${paint[event.level](logLine(at, event.level, event.text))}\n`);
        return;
      case 'say':
        if (quiet) return;
        clearLive();
        results.write(`${visibleText(event.text)}\n`);
        return;
      case 'step':
        if (event.state === 'begin') showLive(`${event.title} …`);
        else clearLive();
        return;
      case 'progress':
        showLive(progressLine(event));
        return;
      case 'summary':
        return;
    }
  };

  return {
    take,
    async close() {
      clearLive();
    },
  };
}
