import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { consoleSink } from '../../../src/terminal/console.js';
import { jsonLines } from '../../../src/terminal/json-lines.js';
import { logFile } from '../../../src/terminal/log-file.js';
import { logLine } from '../../../src/terminal/log-line.js';
import { makeReporter } from '../../../src/terminal/reporter.js';
import { tellFailure } from '../../../src/terminal/tell-failure.js';
import { recordedReport } from '../../support/recorded-report.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const noon = new Date(2024, 11, 10, 10, 30, 15, 999);

function output(isTTY = false) {
  const written: string[] = [];
  return { isTTY, columns: 60, write: (text: string) => written.push(text), text: () => written.join('') };
}

function console(
  options: { readonly isTTY?: boolean; readonly quiet?: boolean; readonly json?: boolean } = {},
) {
  const stdout = output(options.isTTY);
  const stderr = output(options.isTTY);
  const sink = consoleSink({
    stdout,
    stderr,
    quiet: options.quiet ?? false,
    json: options.json ?? false,
    now: () => noon,
  });
  return { stdout, stderr, report: makeReporter({ sinks: [sink], now: () => noon.getTime() }) };
}

describe('A log line', () => {
  it('has the documented format, local time, no milliseconds (B-110, X-18)', () => {
    expect(logLine(noon, 'INFO', 'Message')).toBe('2024-12-10 10:30:15 - INFO - Message');
    expect(logLine(new Date(2024, 0, 1, 2, 3, 4), 'WARNING', 'x')).toBe('2024-01-01 02:03:04 - WARNING - x');
  });
});

describe('The console', () => {
  it('has results on standard output and log lines on standard error', () => {
    const { stdout, stderr, report } = console();
    report.info('working');
    report.say('✅ done');
    expect(stdout.text()).toBe('✅ done\n');
    expect(stderr.text()).toBe('2024-12-10 10:30:15 - INFO - working\n');
  });

  it('shows warnings and errors only when it is to be quiet', () => {
    const { stdout, stderr, report } = console({ quiet: true });
    report.info('a');
    report.say('b');
    report.warn('c');
    report.error('d');
    expect(stdout.text()).toBe('');
    expect(stderr.text()).toBe('2024-12-10 10:30:15 - WARNING - c\n2024-12-10 10:30:15 - ERROR - d\n');
  });

  it('leaves standard output to the JSON lines', () => {
    const { stdout, stderr, report } = console({ json: true });
    report.say('✅ done');
    expect([stdout.text(), stderr.text()]).toEqual(['', '✅ done\n']);
  });

  it('shows no progress and no colours where nobody watches', () => {
    const { stderr, report } = console();
    report.progress('Archive users', 5, 10);
    report.error('red');
    expect(stderr.text()).toBe('2024-12-10 10:30:15 - ERROR - red\n');
  });

  it('shows progress at a terminal as one line that gives way to others, and never wraps', () => {
    const { stderr, report } = console({ isTTY: true });
    report.progress(`Archive ${'u'.repeat(100)}`, 5, 10);
    report.info('next');
    expect(stderr.text()).toContain('\r\u001b[2K2024-12-10 10:30:15 - INFO - next\n');
    const [live = ''] = stderr.text().split('\r');
    expect(stripVTControlCharacters(live).length).toBeLessThan(60);
  });

  it('tells how far it is', () => {
    const { stderr, report } = console({ isTTY: true });
    report.progress('Archive users', 512 * 1024, 1024 * 1024);
    expect(stderr.text()).toContain('Archive users  50%  512.0 KiB of 1.0 MiB');
  });
});

describe('JSON lines', () => {
  it('are one object each, the summary last, and hold no stack', () => {
    const stdout = output();
    const report = makeReporter({ sinks: [jsonLines(stdout, () => noon)], now: () => noon.getTime() });
    report.error('failed', 'stack at x.ts:1');
    report.say('for people');
    report.summary({ command: 'backup', exitCode: 1 });
    const lines = stdout
      .text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toEqual([
      { time: noon.toISOString(), type: 'log', level: 'ERROR', text: 'failed' },
      { time: noon.toISOString(), type: 'summary', summary: { command: 'backup', exitCode: 1 } },
    ]);
  });
});

describe('The log file', () => {
  it('is appended, and is not there before the first line (B-103)', async () => {
    const path = join(await temporaryDirectory(), 'alternator_backup.log');
    const lost: string[] = [];
    for (const text of ['first', 'second']) {
      const sink = logFile({ path, now: () => noon, onLost: (why) => lost.push(why) });
      await expect(text === 'first' ? readFile(path) : Promise.reject(new Error('ENOENT'))).rejects.toThrow(
        'ENOENT',
      );
      makeReporter({ sinks: [sink], now: () => noon.getTime() }).info(text);
      await sink.close();
    }
    expect(await readFile(path, 'utf8')).toBe(
      '2024-12-10 10:30:15 - INFO - first\n2024-12-10 10:30:15 - INFO - second\n',
    );
    expect(lost).toEqual([]);
  });

  it('has the stack of an unexpected error behind its line (X-19, T-20)', async () => {
    const path = join(await temporaryDirectory(), 'alternator_backup.log');
    const sink = logFile({ path, now: () => noon, onLost: () => undefined });
    tellFailure(
      new TypeError('x is not a function'),
      makeReporter({ sinks: [sink], now: () => noon.getTime() }),
    );
    const [line, ...stack] = (await readFile(path, 'utf8')).split('\n');
    expect(line).toBe('2024-12-10 10:30:15 - ERROR - Unexpected error: x is not a function');
    expect(stack.join('\n')).toContain('terminal.test.ts');
  });

  it('that cannot be written is said once, and does not stop the work', async () => {
    const lost: string[] = [];
    const sink = logFile({ path: '/no/such/folder/x.log', now: () => noon, onLost: (why) => lost.push(why) });
    const report = makeReporter({ sinks: [sink], now: () => noon.getTime() });
    report.info('a');
    report.info('b');
    expect(lost).toEqual(['The log file /no/such/folder/x.log cannot be written: No such file or directory']);
  });
});

describe('What is told', () => {
  it('never holds a secret (T-28, U-17)', () => {
    const texts: string[] = [];
    const sink = { take: (event: object) => texts.push(JSON.stringify(event)), close: async () => undefined };
    const report = makeReporter({ sinks: [sink], secrets: ['$6$salted', 'word'] });
    report.info('password word');
    report.warn('key $6$salted.');
    report.error('x', 'stack word');
    report.say('a word');
    expect(texts.join()).not.toMatch(/word"|\$6\$salted|a word/);
    expect(report.warnings).toEqual(['key ***.']);
  });

  it('of a failure is what happened, how things are, and what is next', () => {
    const { report, log } = recordedReport();
    tellFailure(
      new KnownError('files', 'It failed', { changed: 'Nothing was done.', hint: 'Try again.' }),
      report,
    );
    expect(log()).toEqual([
      'ERROR - It failed',
      'ERROR -   State: Nothing was done.',
      'ERROR -   Next: Try again.',
    ]);
  });

  it('of a step is its begin, its end, and nothing in its way', async () => {
    const { report, events } = recordedReport();
    expect(await report.step('Work', async () => 7)).toBe(7);
    await expect(report.step('Fail', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(events.map((event) => (event.type === 'step' ? `${event.title} ${event.state}` : ''))).toEqual([
      'Work begin',
      'Work end',
      'Fail begin',
      'Fail failed',
    ]);
  });
});

describe('Several sinks', () => {
  it('are told one and the same time, also when a second begins between them', () => {
    let clock = Date.parse('2026-11-21T10:00:00.999Z');
    const seen: (Date | undefined)[] = [];
    const sink = { take: (_: unknown, at?: Date) => void seen.push(at), close: async () => undefined };
    makeReporter({ sinks: [sink, sink], now: () => (clock += 1) }).info('x');
    expect(seen[0]).toBeInstanceOf(Date);
    expect(seen[0]).toEqual(seen[1]);
  });
});
