import { validation } from '../api-error.js';
import type { Comparison, Condition, ConditionFunction, Operand, Path } from './condition.js';
import type { Placeholders } from './placeholders.js';
import { tokenize, type Token } from './tokens.js';

const COMPARISONS: ReadonlySet<string> = new Set<Comparison>(['=', '<>', '<', '<=', '>', '>=']);

/** Number of operands of each function. */
const FUNCTIONS: Readonly<Record<ConditionFunction, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
};

/** Reads a ConditionExpression, FilterExpression or KeyConditionExpression; `member` names it in refusals. */
export function parseCondition(text: string, member: string, placeholders: Placeholders): Condition {
  const parser = new Parser(text, member, placeholders);
  const condition = parser.either();
  parser.expectEnd();
  return condition;
}

/** Reads a ProjectionExpression. */
export function parsePaths(text: string, member: string, placeholders: Placeholders): readonly Path[] {
  const parser = new Parser(text, member, placeholders);
  const paths = [parser.path()];
  while (parser.takes(',')) paths.push(parser.path());
  parser.expectEnd();
  return paths;
}

/** Recursive descent; OR binds loosest, then AND, then NOT. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly member: string,
    private readonly placeholders: Placeholders,
  ) {
    if (text === '') throw validation(`${member} must not be empty`);
    this.#tokens = tokenize(text) ?? this.fail();
  }

  either(): Condition {
    let left = this.both();
    while (this.takesWord('OR')) left = { kind: 'or', left, right: this.both() };
    return left;
  }

  both(): Condition {
    let left = this.negation();
    while (this.takesWord('AND')) left = { kind: 'and', left, right: this.negation() };
    return left;
  }

  negation(): Condition {
    return this.takesWord('NOT') ? { kind: 'not', condition: this.negation() } : this.primary();
  }

  primary(): Condition {
    if (this.takes('(')) {
      const condition = this.either();
      this.expect(')');
      return condition;
    }
    const name = this.functionName();
    if (name !== undefined) {
      const operands = this.list();
      if (operands.length !== FUNCTIONS[name]) this.fail();
      return { kind: 'function', name, operands };
    }
    return this.comparison(this.operand());
  }

  comparison(left: Operand): Condition {
    if (this.takesWord('BETWEEN')) {
      const low = this.operand();
      if (!this.takesWord('AND')) this.fail();
      return { kind: 'between', operand: left, low, high: this.operand() };
    }
    if (this.takesWord('IN')) return { kind: 'in', operand: left, choices: this.list() };
    const operator = this.next();
    if (operator.kind !== 'sign' || !COMPARISONS.has(operator.text)) return this.fail();
    return { kind: 'compare', operator: operator.text as Comparison, left, right: this.operand() };
  }

  operand(): Operand {
    const token = this.#tokens[this.#at];
    if (token?.kind === 'value') {
      this.#at += 1;
      return { kind: 'value', value: this.placeholders.value(token.text) };
    }
    if (token?.kind === 'word' && token.text === 'size' && this.#tokens[this.#at + 1]?.text === '(') {
      this.#at += 2;
      const path = this.path();
      this.expect(')');
      return { kind: 'size', path };
    }
    return { kind: 'path', path: this.path() };
  }

  path(): Path {
    const inside: (string | number)[] = [];
    const attribute = this.pathName();
    for (;;) {
      if (this.takes('.')) inside.push(this.pathName());
      else if (this.takes('[')) {
        const position = this.next();
        if (position.kind !== 'number') this.fail();
        inside.push(Number(position.text));
        this.expect(']');
      } else return [attribute, ...inside];
    }
  }

  pathName(): string {
    const token = this.next();
    if (token.kind === 'name') return this.placeholders.name(token.text);
    return token.kind === 'word' ? token.text : this.fail();
  }

  list(): readonly Operand[] {
    this.expect('(');
    const operands = [this.operand()];
    while (this.takes(',')) operands.push(this.operand());
    this.expect(')');
    return operands;
  }

  functionName(): ConditionFunction | undefined {
    const token = this.#tokens[this.#at];
    const isCall =
      token?.kind === 'word' && token.text in FUNCTIONS && this.#tokens[this.#at + 1]?.text === '(';
    if (!isCall) return undefined;
    this.#at += 1;
    return token.text as ConditionFunction;
  }

  takes(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.#at += 1;
    return true;
  }

  takesWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'word' || token.text.toUpperCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  next(): Token {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    return token ?? this.fail();
  }

  expect(sign: string): void {
    if (!this.takes(sign)) this.fail();
  }

  expectEnd(): void {
    if (this.#at < this.#tokens.length) this.fail();
  }

  fail(): never {
    throw validation(`Failed parsing ${this.member} '${this.text}'`);
  }
}
