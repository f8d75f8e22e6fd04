import { KnownError } from '../errors.js';
import type { Prompter, Question } from '../terminal/prompter.js';

/** The documented rule. */
export const RULE = '='.repeat(60);

/** The answer; the end of the input, where a choice is needed, is a usage error that names the flag. */
export async function expectAnswer(prompter: Prompter, question: Question): Promise<string> {
  const answer = await prompter.ask(question);
  if (answer !== undefined) return answer;
  throw new KnownError('usage', `The input ended before "${question.message.trim()}" was answered`, {
    hint: `Pass ${question.flag}.`,
    changed: 'Nothing was done.',
  });
}

/** Only the whole word agrees, as documented: `y` does not, nor does the end of the input. */
export async function isConfirmed(prompter: Prompter, message: string): Promise<boolean> {
  const answer = await prompter.ask({ message, flag: '--yes' });
  return answer?.toLowerCase() === 'yes';
}

export interface Choices<T extends string> {
  readonly prompter: Prompter;
  readonly message: string;
  readonly flag: string;
  readonly values: Readonly<Record<string, T>>;
  /** Told of an answer that is none of the choices. */
  readonly onInvalid: (answer: string) => void;
}

/** One of the choices. A person may try again; a pipe may not, and gets a usage error. */
export async function choose<T extends string>(choices: Choices<T>): Promise<T> {
  const { prompter, message, flag, values, onInvalid } = choices;
  for (;;) {
    const answer = await expectAnswer(prompter, { message, flag });
    const value = Object.hasOwn(values, answer) ? values[answer] : undefined;
    if (value !== undefined) return value;
    onInvalid(answer);
    if (!prompter.canAskAgain) {
      throw new KnownError(
        'usage',
        `'${answer.slice(0, 80)}' is none of the choices ${Object.keys(values).join(', ')}`,
        {
          hint: `Pass ${flag}.`,
          changed: 'Nothing was done.',
        },
      );
    }
  }
}
