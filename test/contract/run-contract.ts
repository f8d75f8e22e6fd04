import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/system/run.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const SECOND = 1_000;

/** What everything owes its callers that starts programs. */
export function runContract(name: string, run: Run): void {
  const node = (code: string, ...args: string[]) =>
    ({ argv: [process.execPath, '-e', code, ...args] as const, timeoutMs: 30 * SECOND }) as const;

  describe(`${name} keeps the run contract`, () => {
    it('gives the standard output of a program that ends well', async () => {
      expect(await run(node('console.log("one"); console.error("two")'))).toBe('one');
    });

    it('hands arguments over as they are: no shell, no globs, no blanks lost', async () => {
      const args = ['a b', '$HOME', '*', '"; touch x', "it's", ''];
      const out = await run(node('console.log(JSON.stringify(process.argv.slice(1)))', ...args));
      expect(JSON.parse(out)).toEqual(args);
    });

    it('rejects with status and words when the program fails', async () => {
      const failing = node(
        'console.log("out"); console.error("error: Keyspace x does not exist"); process.exit(4)',
      );
      await expect(run(failing)).rejects.toMatchObject({
        kind: 'program',
        programExitCode: 4,
        said: 'error: Keyspace x does not exist',
      });
    });

    it('takes the words from standard output when standard error is silent', async () => {
      await expect(run(node('console.log("nodetool: no"); process.exit(1)'))).rejects.toMatchObject({
        said: 'nodetool: no',
      });
    });

    it('says that a program is missing, and what to do', async () => {
      const missing = { argv: ['/no/such/nodetool', 'status'] as const, timeoutMs: SECOND };
      await expect(run(missing)).rejects.toMatchObject({
        kind: 'program',
        message: expect.stringContaining('/no/such/nodetool') as string,
        hint: expect.stringContaining('PATH') as string,
      });
    });

    it('gives the program nothing to read', async () => {
      expect(await run(node('process.stdin.on("data", () => {}).on("end", () => console.log("end"))'))).toBe(
        'end',
      );
    });

    it('ends a program that is not done in time, together with its children', async () => {
      const file = join(await temporaryDirectory(), 'pids');
      const started = Date.now();
      await expect(run({ ...node(PARENT_AND_CHILD, file), timeoutMs: SECOND })).rejects.toMatchObject({
        kind: 'program',
        message: expect.stringContaining('did not end within 1 s') as string,
      });
      expect(Date.now() - started).toBeLessThan(10 * SECOND);
      await expectGone(file);
    });

    it('ends children that heed no SIGTERM and hold no pipe, before it says anything', async () => {
      const file = join(await temporaryDirectory(), 'pids');
      const deaf = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)';
      await expect(
        run({ ...node(PARENT_AND_CHILD, file, deaf, 'ignore'), timeoutMs: 2 * SECOND }),
      ).rejects.toThrow('2 s');
      expect(pidsIn(await readFile(file, 'utf8')).filter(isAlive)).toEqual([]);
    });

    it('ends the program when it is interrupted, together with its children', async () => {
      const file = join(await temporaryDirectory(), 'pids');
      const stop = new AbortController();
      const running = run(node(PARENT_AND_CHILD, file), stop.signal);
      await expect
        .poll(() => readFile(file, 'utf8').catch(() => ''), { timeout: 10 * SECOND })
        .toContain('child');
      stop.abort(new Error('the reason of the signal'));
      await expect(running).rejects.toThrow('the reason of the signal');
      await expectGone(file);
    });

    it('ends a program that does not heed SIGTERM', async () => {
      const stubborn = node('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)');
      await expect(run({ ...stubborn, timeoutMs: SECOND })).rejects.toMatchObject({ kind: 'program' });
    });

    it('a daemon that the program leaves behind is neither waited for nor ended, though it holds the pipes', async () => {
      const started = Date.now();
      const said = await run({
        argv: ['sh', '-c', 'sleep 60 & echo $!; exit 0'],
        timeoutMs: 20_000,
      });
      const pid = Number(said.trim());
      expect(Date.now() - started).toBeLessThan(10_000);
      expect(process.kill(pid, 0)).toBe(true);
      process.kill(pid, 'SIGKILL');
      const failing = run({ argv: ['sh', '-c', 'sleep 5 & echo no >&2; exit 3'], timeoutMs: 20_000 });
      await expect(failing).rejects.toMatchObject({ programExitCode: 3, said: 'no' });
    });

    it('starts nothing when it was interrupted before', async () => {
      const stop = new AbortController();
      stop.abort(new Error('stopped'));
      await expect(run(node('console.log(1)'), stop.signal)).rejects.toThrow('stopped');
    });
  });
}

/** Writes its own pid and that of a grandchild, which keeps the pipe of standard output open; then both wait for ever. */
const PARENT_AND_CHILD = `
const { spawn } = require('node:child_process');
const { appendFileSync } = require('node:fs');
const file = process.argv[1];
const child = spawn(process.execPath, ['-e', process.argv[2] ?? 'setInterval(() => {}, 1000)'], { stdio: process.argv[3] ?? 'inherit' });
appendFileSync(file, 'parent ' + process.pid + '\\nchild ' + child.pid + '\\n');
setInterval(() => {}, 1000);
`;

async function expectGone(file: string): Promise<void> {
  const pids = pidsIn(await readFile(file, 'utf8'));
  expect(pids).toHaveLength(2);
  await expect.poll(() => pids.filter(isAlive), { timeout: 5 * SECOND }).toEqual([]);
}

const pidsIn = (text: string): readonly number[] => [...text.matchAll(/\d+/g)].map(Number);

/** The dead stay in the list of processes until somebody has heard of their end. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
