import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { asError, KnownError } from '../errors.js';
import type { Output } from './console.js';
import type { Prompter } from './prompter.js';

export interface PipedOptions {
  readonly input: Readable;
  readonly output: Output;
  /** How long one line may take; nobody is there who could be told to hurry. */
  readonly deadlineMs: number;
  /** Ends a question that waits. */
  readonly signal?: AbortSignal;
}

/** Answers come line by line from a pipe; questions are written as a terminal would show them, without an echo. */
export function pipedPrompter({ input, output, deadlineMs, signal }: PipedOptions): Prompter {
  // Nothing is read before the first question: a menu that is never shown must not eat its caller's input.
  let lines: AsyncIterator<string> | undefined;
  let reader: ReturnType<typeof createInterface> | undefined;

  const nextLine = async () => {
    reader ??= createInterface({ input, crlfDelay: Infinity });
    lines ??= reader[Symbol.asyncIterator]();
    const next = await lines.next();
    return next.done === true ? undefined : next.value.trim();
  };

  return {
    canAskAgain: false,
    show(text) {
      output.write(`${text}\n`);
    },
    async ask({ message, flag }) {
      output.write(message);
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(
            new KnownError('usage', `No answer to "${message.trim()}" came within ${deadlineMs / 1000} s`, {
              hint: `Pass ${flag}, or end the input.`,
              changed: 'Nothing was done.',
            }),
          );
        }, deadlineMs);
      });
      const stopped = new Promise<never>((_resolve, reject) => {
        const stop = () => {
          reject(asError(signal?.reason));
        };
        if (signal?.aborted) stop();
        signal?.addEventListener('abort', stop, { once: true });
      });
      try {
        return await Promise.race([nextLine(), tooLate, stopped]);
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      reader?.close();
      input.destroy();
    },
  };
}
