import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { pipedPrompter } from '../../src/terminal/piped-prompter.js';
import { terminalPrompter } from '../../src/terminal/terminal-prompter.js';
import { prompterContract, type PrompterHarness } from './prompter-contract.js';

const question = { message: 'Enter your choice (1, 2, or 3): ', flag: '--all' };

function piped(deadlineMs = 5_000) {
  const stop = new AbortController();
  const input = new PassThrough();
  const written: string[] = [];
  const prompter = pipedPrompter({
    input,
    output: { write: (text) => written.push(text) },
    deadlineMs,
    signal: stop.signal,
  });
  return {
    input,
    stop,
    prompter,
    answer: (line: string) => input.write(`${line}\n`),
    shown: () => written.join(''),
  };
}

function terminal(): PrompterHarness & { readonly input: PassThrough; readonly stop: AbortController } {
  const stop = new AbortController();
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => input,
    ref: () => input,
    unref: () => input,
  });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  const written: string[] = [];
  output.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  return {
    input,
    prompter: terminalPrompter(input, output, stop.signal),
    stop,
    answer: (line) => setTimeout(() => input.write(`${line}\r`), 20),
    shown: () => stripVTControlCharacters(written.join('')),
  };
}

prompterContract('Lines from a pipe', piped);
prompterContract('A person at a terminal', terminal);

describe('Lines from a pipe', () => {
  it('shows a question without a line end, byte for byte', async () => {
    const { prompter, answer, shown } = piped();
    const asked = prompter.ask(question);
    answer('2');
    await asked;
    expect(shown()).toBe('Enter your choice (1, 2, or 3): ');
  });

  it('gives nothing at the end of the input, however often it is asked', async () => {
    const { input, prompter } = piped();
    input.end();
    expect(await prompter.ask(question)).toBeUndefined();
    expect(await prompter.ask(question)).toBeUndefined();
  });

  it('gives all lines that came at once, in order, also the last one without a line end', async () => {
    const { input, prompter } = piped();
    input.end('1\nusers\nyes');
    expect([
      await prompter.ask(question),
      await prompter.ask(question),
      await prompter.ask(question),
    ]).toEqual(['1', 'users', 'yes']);
  });

  it('takes lines that end as on Windows', async () => {
    const { input, prompter } = piped();
    input.end('1\r\nusers\r\n');
    expect([await prompter.ask(question), await prompter.ask(question)]).toEqual(['1', 'users']);
  });

  it('does not wait for ever: the flag that would have answered is named', async () => {
    const { prompter } = piped(50);
    await expect(prompter.ask(question)).rejects.toMatchObject({
      kind: 'usage',
      hint: expect.stringContaining('--all') as string,
    });
  });
});

describe('A person at a terminal', () => {
  it('is interrupted by Ctrl-C', async () => {
    const { input, prompter } = terminal();
    const asked = prompter.ask(question);
    setTimeout(() => input.write('\u0003'), 20);
    await expect(asked).rejects.toMatchObject({ kind: 'interrupted' });
  });
});
