import { CannotSplit, placeOf, spoken } from './cannot-split.js';
import { identify } from './statement-kind.js';
import type { Statement, StatementKind } from './statement.js';
import { isPunctuation, isWord } from './token.js';
import type { Token } from './token.js';

const CLOSING_OF: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** After these a statement cannot end, and `name = {…}` on the next line is an option of it. */
const CONNECTIVES = ['WITH', 'AND', 'SET', 'WHERE', 'IF', 'AS', 'ON', 'FROM', 'ORDER', 'BY'];

/** These end in, or are cut off before, a parenthesis of columns. */
const LISTS_COLUMNS: ReadonlySet<StatementKind> = new Set(['table', 'type', 'index']);

/** A statement whose first token was met and whose last one was not: it knows whether it may end where it is. */
export class OpenStatement {
  readonly #brackets: Token[] = [];
  #previous: Token | undefined;
  #last: Token | undefined;
  #hasList = false;
  #hasPrimaryKey = false;
  #isBatch = false;
  #isTerminated = false;

  constructor(
    private readonly input: string,
    private readonly start: number,
  ) {}

  /** Takes the next token, which is no comment, and says whether it ends the statement. */
  take(token: Token): boolean {
    if (token.kind === 'punctuation') this.#takeBracket(token);
    // BEGIN [UNLOGGED|COUNTER] BATCH … APPLY BATCH is one statement, with `;` inside.
    if (isWord(this.input, token, 'BATCH') && this.#beginsBatch()) this.#isBatch = true;

    const ends = isPunctuation(this.input, token, ';') && (!this.#isBatch || this.#endsBatch());
    if (ends && this.#brackets.length > 0) throw this.#stillOpen(token.start);
    this.#previous = this.#last;
    this.#last = token;
    this.#isTerminated = ends;
    return ends;
  }

  /** Whether a new statement may begin behind the last token taken. */
  get mayEnd(): boolean {
    return this.#brackets.length === 0 && (!this.#isBatch || this.#endsBatch());
  }

  /** Whether the last token taken demands another one. */
  get expectsMore(): boolean {
    return (
      CONNECTIVES.some((word) => isWord(this.input, this.#last, word)) ||
      isPunctuation(this.input, this.#last, '=') ||
      isPunctuation(this.input, this.#last, ',')
    );
  }

  /** The statement up to the last token taken. Throws `CannotSplit` if it is not whole; `at` is where it was ended. */
  close(at: number): Statement {
    if (this.#brackets.length > 0) throw this.#stillOpen(at);
    const end = this.#last?.end ?? this.start;
    const text = this.input.slice(this.start, end);
    const statement = {
      ...identify(text),
      terminated: this.#isTerminated,
      text,
      start: this.start,
      end,
    };

    const missing = this.#missingFrom(statement);
    if (missing !== undefined) throw this.#cutOff(missing);
    return statement;
  }

  #takeBracket(token: Token): void {
    const character = this.input.charAt(token.start);
    if (character in CLOSING_OF) {
      if (this.#brackets.length === 0 && this.#endsWith('PRIMARY', 'KEY')) this.#hasPrimaryKey = true;
      this.#hasList = true;
      this.#brackets.push(token);
    } else if (character === ')' || character === ']' || character === '}') {
      const opening = this.#brackets.pop();
      if (opening && CLOSING_OF[this.input.charAt(opening.start)] === character) return;
      const place = placeOf(this.input, token.start);
      throw new CannotSplit(
        `The "${character}" at ${spoken(place)} closes nothing: the text is damaged.`,
        place,
      );
    }
  }

  /**
   * What shows that the text is cut off, if anything does. Without a `;` the end may have been lost: then at least what
   * is there must be able to stand.
   */
  #missingFrom({ kind, terminated }: Statement): string | undefined {
    if (kind === 'materialized view' && !this.#hasPrimaryKey) return 'it has no PRIMARY KEY';
    if (terminated) return undefined;
    if (this.#isBatch && !this.#endsBatch()) return 'its APPLY BATCH is missing';
    if (kind === 'unknown') return undefined;
    if (this.expectsMore || this.#endsInOptionName()) return 'it breaks off in the middle';
    if (LISTS_COLUMNS.has(kind) && !this.#hasList) return 'it breaks off before its columns';
    return undefined;
  }

  /** `… AND comm`: the value of an option is missing. */
  #endsInOptionName(): boolean {
    return isWord(this.input, this.#previous, 'WITH') || isWord(this.input, this.#previous, 'AND');
  }

  #beginsBatch(): boolean {
    if (this.#last?.start === this.start) return isWord(this.input, this.#last, 'BEGIN');
    return this.#previous?.start === this.start && isWord(this.input, this.#previous, 'BEGIN');
  }

  #endsBatch(): boolean {
    return this.#endsWith('APPLY', 'BATCH');
  }

  #endsWith(previous: string, last: string): boolean {
    return isWord(this.input, this.#last, last) && isWord(this.input, this.#previous, previous);
  }

  #stillOpen(at: number): CannotSplit {
    const bracket = this.#brackets.at(-1);
    const opened = placeOf(this.input, bracket?.start ?? this.start);
    const ended = spoken(placeOf(this.input, at));
    return new CannotSplit(
      `The "${this.input.charAt(bracket?.start ?? this.start)}" at ${spoken(opened)} is still open where ${this.#described()} ends, at ${ended}.`,
      opened,
    );
  }

  #cutOff(why: string): CannotSplit {
    const place = placeOf(this.input, this.start);
    return new CannotSplit(`The text of ${this.#described()} at ${spoken(place)} is cut off: ${why}.`, place);
  }

  #described(): string {
    const { kind, name } = identify(this.input.slice(this.start, this.#last?.end));
    if (kind === 'unknown') return 'the statement';
    return name === '' ? `the ${kind}` : `the ${kind} ${name}`;
  }
}
