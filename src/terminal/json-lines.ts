import type { Output } from './console.js';
import type { Sink } from './reporter.js';

/** Every event as one line of JSON on standard output, for scripts: `{"time":…,"type":"log",…}`, the last one `summary`. */
export function jsonLines(stdout: Output, now: () => Date): Sink {
  return {
    take(event, at = now()) {
      if (event.type === 'say' || event.type === 'progress') return;
      // A stack is for the log file: it names our own source lines, which no script can use.
      const { time, ...rest } = { time: at.toISOString(), ...event, stack: undefined };
      stdout.write(`${JSON.stringify({ time, ...rest })}\n`);
    },
    close: async () => undefined,
  };
}
