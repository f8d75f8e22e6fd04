import { makeReporter, type ReportEvent, type Reporter } from '../../src/terminal/reporter.js';

/** A reporter that remembers, and what it was told. */
export interface RecordedReport {
  readonly report: Reporter;
  readonly events: readonly ReportEvent[];
  /** `LEVEL - text` of each log line. */
  readonly log: () => readonly string[];
  /** Standard output. */
  readonly said: () => string;
}

export function recordedReport(): RecordedReport {
  const events: ReportEvent[] = [];
  const report = makeReporter({
    sinks: [{ take: (event) => events.push(event), close: async () => undefined }],
  });
  return {
    report,
    events,
    log: () => events.flatMap((event) => (event.type === 'log' ? [`${event.level} - ${event.text}`] : [])),
    said: () => events.flatMap((event) => (event.type === 'say' ? [`${event.text}\n`] : [])).join(''),
  };
}
