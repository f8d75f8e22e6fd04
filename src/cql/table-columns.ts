import { KnownError } from '../errors.js';
import { normalType } from '../model/fit-cql-type.js';
import type { Column } from '../model/table-record.js';
import { placeOf, spoken } from './cannot-split.js';
import { unquoteName } from './quoting.js';
import { identify } from './statement-kind.js';
import { isPunctuation, isWord, textOf } from './token.js';
import type { Token } from './token.js';
import { tokensOf } from './tokenizer.js';

/** A column of the server's own list of them, with its kind as one of four words. */
export interface TableColumn extends Column {
  readonly kind: 'partition_key' | 'clustering' | 'static' | 'regular';
}

/**
 * The columns of one CREATE TABLE statement in the order in which it names them: names without quotes, types as
 * `normalType` spells them, position as in `system_schema.columns` (-1 where a column is in no key). Names that an old
 * text forgot to quote (`:attrs`) are taken as they are. Options behind the columns are not looked at.
 * Throws `damaged` for a statement that it cannot read, with line and column.
 */
export function tableColumns(statement: string): readonly TableColumn[] {
  const tokens = [...tokensOf(statement)].filter(({ kind }) => kind !== 'comment');
  const reader = new ColumnReader(statement, tokens);
  reader.read();
  return reader.columns();
}

interface Declared {
  readonly name: string;
  readonly type: string;
  readonly isStatic: boolean;
}

class ColumnReader {
  #at = 0;
  readonly #identity: ReturnType<typeof identify>;
  readonly #declared: Declared[] = [];
  #partitionKey: readonly string[] | undefined;
  #clustering: readonly string[] = [];

  constructor(
    private readonly text: string,
    private readonly tokens: readonly Token[],
  ) {
    this.#identity = identify(text.slice(tokens[0]?.start));
  }

  read(): void {
    if (this.#identity.kind !== 'table') throw this.#unreadable('it is no CREATE TABLE');
    // No name of a table holds an opening parenthesis outside quotes.
    while (this.#at < this.tokens.length && !this.#is('(')) this.#at += 1;
    this.#expect('(');
    do {
      if (this.#isWord('PRIMARY') && this.#isWord('KEY', 1) && this.#is('(', 2)) this.#takePrimaryKey();
      else this.#takeColumn();
    } while (this.#takes(','));
    this.#expect(')');
  }

  columns(): readonly TableColumn[] {
    const partitionKey = this.#partitionKey;
    if (partitionKey === undefined) throw this.#unreadable('it has no PRIMARY KEY');
    const names = this.#declared.map(({ name }) => name);
    const keys = [...partitionKey, ...this.#clustering];
    for (const list of [names, keys]) {
      const twice = list.find((name, i) => list.indexOf(name) !== i);
      if (twice !== undefined) throw this.#unreadable(`it names the column ${twice} twice`);
    }
    const unknown = keys.find((name) => !names.includes(name));
    if (unknown !== undefined) throw this.#unreadable(`its key column ${unknown} is not among its columns`);

    return this.#declared.map(({ name, type, isStatic }) => {
      const ofPartition = partitionKey.indexOf(name);
      if (ofPartition !== -1) return { name, type, kind: 'partition_key', position: ofPartition };
      const ofClustering = this.#clustering.indexOf(name);
      if (ofClustering !== -1) return { name, type, kind: 'clustering', position: ofClustering };
      return { name, type, kind: isStatic ? 'static' : 'regular', position: -1 };
    });
  }

  /** `PRIMARY KEY ((a, b), c)`: the first member is the partition key, alone or in parentheses of its own. */
  #takePrimaryKey(): void {
    this.#at += 2;
    this.#expect('(');
    const partitionKey = this.#is('(') ? this.#takeNames() : [this.#takeName()];
    const clustering: string[] = [];
    while (this.#takes(',')) clustering.push(this.#takeName());
    this.#expect(')');
    this.#setKey(partitionKey, clustering);
  }

  #takeNames(): readonly string[] {
    this.#expect('(');
    const names = [this.#takeName()];
    while (this.#takes(',')) names.push(this.#takeName());
    this.#expect(')');
    return names;
  }

  /** `name type [STATIC] [PRIMARY KEY]`; Cassandra 5 may put MASKED WITH or CHECK and anything between. */
  #takeColumn(): void {
    const name = this.#takeName();
    const type = this.#takeType();
    let isStatic = false;
    let anything = false;
    while (!(this.#is(',') || this.#is(')'))) {
      const token = this.#next('","');
      if (isWord(this.text, token, 'STATIC')) isStatic = true;
      else if (isWord(this.text, token, 'PRIMARY') && this.#isWord('KEY')) {
        this.#at += 1;
        this.#setKey([name], []);
      } else if (isWord(this.text, token, 'MASKED') || isWord(this.text, token, 'CHECK')) anything = true;
      else if (!anything) throw this.#unexpected(token, '","');
      else if (isPunctuation(this.text, token, '(')) this.#skipParentheses();
    }
    this.#declared.push({ name, type, isStatic });
  }

  /** From behind an opening one to behind its closing one. */
  #skipParentheses(): void {
    for (let depth = 1; depth > 0;) {
      const token = this.#next('")"');
      if (isPunctuation(this.text, token, '(')) depth += 1;
      if (isPunctuation(this.text, token, ')')) depth -= 1;
    }
  }

  /** A name without quotes reaches as far as nothing blank is in it: `:attrs`, `cdc$time`. */
  #takeName(): string {
    const first = this.#next('a name');
    let last = first;
    while (first.kind !== 'quoted name') {
      const next = this.tokens[this.#at];
      if (next?.start !== last.end || this.#is(',') || this.#is('(') || this.#is(')')) break;
      last = next;
      this.#at += 1;
    }
    if (last === first && !NAMES.has(first.kind)) throw this.#unexpected(first, 'a name');
    return unquoteName(this.text.slice(first.start, last.end));
  }

  /** `text`, `ks."my type"`, `frozen<map<text, list<int>>>`. */
  #takeType(): string {
    const first = this.#next('a type');
    let last = first;
    while (this.#is('.')) {
      this.#at += 1;
      last = this.#next('a type');
    }
    if (this.#is('<')) {
      let depth = 0;
      do {
        last = this.#next('">"');
        if (isPunctuation(this.text, last, '<')) depth += 1;
        if (isPunctuation(this.text, last, '>')) depth -= 1;
      } while (depth > 0);
    }
    if (!TYPES.has(first.kind)) throw this.#unexpected(first, 'a type');
    return normalType(this.text.slice(first.start, last.end));
  }

  #setKey(partitionKey: readonly string[], clustering: readonly string[]): void {
    if (this.#partitionKey !== undefined) throw this.#unreadable('it has two PRIMARY KEYs');
    this.#partitionKey = partitionKey;
    this.#clustering = clustering;
  }

  #is(character: string, ahead = 0): boolean {
    return isPunctuation(this.text, this.tokens[this.#at + ahead], character);
  }

  #isWord(word: string, ahead = 0): boolean {
    return isWord(this.text, this.tokens[this.#at + ahead], word);
  }

  #takes(character: string): boolean {
    const takes = this.#is(character);
    if (takes) this.#at += 1;
    return takes;
  }

  #expect(character: string): void {
    const token = this.#next(`"${character}"`);
    if (!isPunctuation(this.text, token, character)) throw this.#unexpected(token, `"${character}"`);
  }

  #next(wanted: string): Token {
    const token = this.tokens[this.#at];
    if (token === undefined) throw this.#unreadable(`it ends where ${wanted} should be`);
    this.#at += 1;
    return token;
  }

  #unexpected(token: Token, wanted: string): KnownError {
    const found = JSON.stringify(textOf(this.text, token).slice(0, 60));
    const place = spoken(placeOf(this.text, token.start));
    return this.#unreadable(`${found} stands at ${place}, where ${wanted} should be`);
  }

  #unreadable(why: string): KnownError {
    const { name } = this.#identity;
    const what = name === '' ? 'the statement' : `the table ${name}`;
    return new KnownError('damaged', `The columns of ${what} cannot be read: ${why}.`);
  }
}

const NAMES: ReadonlySet<string> = new Set(['word', 'quoted name']);
const TYPES: ReadonlySet<string> = new Set(['word', 'quoted name', 'string']);
