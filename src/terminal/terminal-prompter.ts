import type { Readable, Writable } from 'node:stream';
import inquirer from 'inquirer';
import { KnownError } from '../errors.js';
import type { Prompter } from './prompter.js';

/** A person at a terminal, through inquirer: the same texts and keys as from a pipe, with line editing. */
export function terminalPrompter(input: Readable, output: Writable, signal: AbortSignal): Prompter {
  const prompt = inquirer.createPromptModule({ input, output, signal });
  return {
    canAskAgain: true,
    show(text) {
      output.write(`${text}\n`);
    },
    async ask({ message }) {
      // Inquirer shows prefix, a blank and the message; an empty prefix would leave a blank at the beginning of the line.
      const [first = '', ...rest] = message.trimEnd().split(' ');
      try {
        const { answer } = await prompt<{ answer: string }>([
          { type: 'input', name: 'answer', message: rest.join(' '), theme: { prefix: first } },
        ]);
        return answer.trim();
      } catch (error) {
        // Inquirer raises the same error for Ctrl-C and for a terminal that went away.
        if (error instanceof Error && error.name === 'ExitPromptError') {
          throw new KnownError('interrupted', 'Interrupted by the user', { cause: error });
        }
        signal.throwIfAborted();
        throw error;
      }
    },
    close() {
      // Inquirer lets go of the terminal after each question.
    },
  };
}
