import { describe, expect, it } from 'vitest';
import { KnownError } from '../../src/errors.js';
import type { Prompter } from '../../src/terminal/prompter.js';

/** A prompter whose answers a test gives, and what it showed. */
export interface PrompterHarness {
  readonly prompter: Prompter;
  /** Ends the run, as a signal does. */
  readonly stop: AbortController;
  /** Types one line. */
  readonly answer: (line: string) => void;
  /** Everything shown so far, without what a terminal adds for its own sake. */
  readonly shown: () => string;
}

/** What everybody owes who asks questions. */
export function prompterContract(name: string, open: () => PrompterHarness): void {
  const question = { message: 'Enter table name: ', flag: 'the name of a table' };

  describe(`${name} keeps the prompter contract`, () => {
    it('shows text of the dialogue as it is, line by line', () => {
      const { prompter, shown } = open();
      prompter.show('Options:');
      prompter.show('');
      prompter.show('1. Backup a specific table');
      expect(shown()).toContain('Options:\n\n1. Backup a specific table\n');
    });

    it('shows the question and gives the answer without surrounding blanks', async () => {
      const { prompter, answer, shown } = open();
      const asked = prompter.ask(question);
      answer('  users ');
      expect(await asked).toBe('users');
      expect(shown()).toContain('Enter table name:');
      prompter.close();
    });

    it('gives one answer to each of several questions', async () => {
      const { prompter, answer } = open();
      const first = prompter.ask(question);
      answer('1');
      expect(await first).toBe('1');
      const second = prompter.ask(question);
      answer('users');
      expect(await second).toBe('users');
      prompter.close();
    });

    it('ends a question that waits when the run is to end', async () => {
      const { prompter, stop } = open();
      const asked = prompter.ask(question);
      setTimeout(() => {
        stop.abort(new KnownError('terminated', 'Terminated'));
      }, 20);
      await expect(asked).rejects.toMatchObject({ kind: 'terminated' });
      prompter.close();
    });

    it('gives an empty answer as an empty text', async () => {
      const { prompter, answer } = open();
      const asked = prompter.ask(question);
      answer('');
      expect(await asked).toBe('');
      prompter.close();
    });
  });
}
