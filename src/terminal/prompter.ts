/** A question, and the flag that would have answered it without asking. */
export interface Question {
  readonly message: string;
  readonly flag: string;
}

/** Whoever answers questions: a person at a terminal, lines from a pipe, or nobody. */
export interface Prompter {
  /** Whether a wrong answer may be followed by the same question again. */
  readonly canAskAgain: boolean;
  /** Shows text of the dialogue, one line each call; an empty text is a blank line. */
  show(text: string): void;
  /**
   * The answer without surrounding blanks; undefined at the end of the input. Rejects with kind `interrupted` when a person
   * presses Ctrl-C, and with kind `usage`, naming the flag, when no line comes in time.
   */
  ask(question: Question): Promise<string | undefined>;
  /** Lets go of the input. */
  close(): void;
}
