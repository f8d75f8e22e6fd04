import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { logFile } from '../../../src/terminal/log-file.js';
import { logLine } from '../../../src/terminal/log-line.js';
import { makeReporter } from '../../../src/terminal/reporter.js';
import { visibleText } from '../../../src/terminal/visible-text.js';
import { watchOutput } from '../../../src/terminal/watch-output.js';
import { recordedReport } from '../../support/recorded-report.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const noon = new Date(2024, 11, 10, 10, 30, 15);
const STAMP = '2024-12-10 10:30:15 - ERROR -';

describe('Text of other programs', () => {
  it('of several lines becomes as many log lines, whatever ends them', () => {
    expect(logLine(noon, 'ERROR', 'a\nb\r\nc\rd\u2028e')).toBe(
      ['a', 'b', 'c', 'd', 'e'].map((line) => `${STAMP} ${line}`).join('\n'),
    );
  });

  it('cannot clear a screen, move a cursor or turn what follows it around', () => {
    expect(visibleText('a\u001b[2Jb\tc\u0007\u202ed ✅')).toBe('a\\u001b[2Jb c\\u0007\\u202ed ✅');
  });

  it('in the message of an unexpected error is not written again with its stack', async () => {
    const path = join(await temporaryDirectory(), 'x.log');
    const sink = logFile({ path, now: () => noon, onLost: () => undefined });
    const error = new Error('one\n2024-01-01 00:00:00 - INFO - ===== Backup completed for users =====');
    makeReporter({ sinks: [sink] }).error(error.message, error.stack);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('2024-01-01'))).toEqual([]);
    expect(lines.some((line) => /^ +at /.test(line))).toBe(true);
  });
});

describe('A log file', () => {
  it('that could not be written is found out before the first line, and is not made by that', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'file'), '');
    const look = (...names: string[]) => {
      const path = join(directory, ...names);
      logFile({ path, now: () => noon, onLost: () => undefined }).expectUsable();
    };
    look('x.log');
    for (const folder of ['missing', 'file'])
      expect(() => {
        look(folder, 'x.log');
      }).toThrow(/cannot be used: /);
    await expect(readFile(join(directory, 'x.log'))).rejects.toThrow('ENOENT');
  });
});

describe('An output', () => {
  const failing = (code: string) =>
    new Writable({
      autoDestroy: false,
      write: (_chunk, _encoding, done) => {
        done(Object.assign(new Error(code), { code }));
      },
    });
  const lossOf = async (stream: Writable) => {
    const lost: string[] = [];
    watchOutput(stream, (reason) => lost.push(reason));
    stream.write('a');
    stream.write('b');
    await new Promise(setImmediate);
    return lost;
  };

  it('that takes nothing any more is told of once', async () => {
    expect(await lossOf(failing('ENOSPC'))).toEqual(['No space left on device']);
    expect(await lossOf(failing('EIO'))).toHaveLength(1);
  });

  it('whose reader has heard enough is nothing to tell of', async () => {
    expect(await lossOf(failing('EPIPE'))).toEqual([]);
    expect(await lossOf(new PassThrough())).toEqual([]);
  });
});

describe('A remark', () => {
  it('is a WARNING that does not make the result doubtful', () => {
    const { report, log } = recordedReport();
    report.remark('Invalid menu choice: 9');
    expect([log(), report.warnings]).toEqual([['WARNING - Invalid menu choice: 9'], []]);
  });
});

describe('A step', () => {
  it('that names a secret does not show it', async () => {
    const titles: string[] = [];
    const report = makeReporter({
      sinks: [{ take: (event) => titles.push(JSON.stringify(event)), close: async () => undefined }],
      secrets: ['hidden'],
    });
    await report.step('Check hidden', async () => undefined);
    report.progress('Archive hidden', 1, 2);
    expect(titles.join()).not.toContain('hidden');
  });
});
