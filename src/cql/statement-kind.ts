import type { StatementKind } from './statement.js';
import { isPunctuation, isWord, textOf } from './token.js';
import type { Token } from './token.js';
import { skipBlanks, skipGap, tokenAt, tokensOf, wordAt } from './tokenizer.js';

/** How a statement begins. `cuts`: at the start of a line these words begin a new statement even without a `;`. */
interface Form {
  readonly words: readonly string[];
  readonly kind: StatementKind;
  readonly cuts: boolean;
}

const OBJECTS: Readonly<Record<string, StatementKind>> = {
  KEYSPACE: 'keyspace',
  SCHEMA: 'keyspace',
  TYPE: 'type',
  TABLE: 'table',
  COLUMNFAMILY: 'table',
  INDEX: 'index',
  'CUSTOM INDEX': 'index',
  'MATERIALIZED VIEW': 'materialized view',
  FUNCTION: 'function',
  AGGREGATE: 'aggregate',
  ROLE: 'role',
  USER: 'role',
  TRIGGER: 'unknown',
  'SERVICE LEVEL': 'unknown',
};

/*
 * DROP never cuts, and ALTER only in front of a reserved word: `ALTER TABLE t <newline> DROP type` and
 * `… ALTER type TYPE int` are single statements about a column named type.
 */
const FORMS: readonly Form[] = [
  ...Object.entries(OBJECTS).flatMap(([object, kind]) => [
    { words: ['CREATE', ...object.split(' ')], kind, cuts: true },
    { words: ['CREATE', 'OR', 'REPLACE', ...object.split(' ')], kind, cuts: true },
    { words: ['DROP', ...object.split(' ')], kind: 'drop' as const, cuts: false },
  ]),
  { words: ['ALTER', 'TABLE'], kind: 'alter table', cuts: true },
  { words: ['ALTER', 'COLUMNFAMILY'], kind: 'alter table', cuts: true },
  { words: ['ALTER', 'KEYSPACE'], kind: 'unknown', cuts: true },
  { words: ['ALTER', 'MATERIALIZED', 'VIEW'], kind: 'unknown', cuts: true },
  { words: ['INSERT', 'INTO'], kind: 'insert', cuts: true },
  { words: ['GRANT'], kind: 'grant', cuts: true },
];

const LONGEST = Math.max(...FORMS.map((form) => form.words.length));
const FIRST_WORDS = new Set(FORMS.map((form) => form.words[0]));

/** Kind and name of a statement that begins at the first character. A grant has no name of its own. */
export function identify(text: string): { readonly kind: StatementKind; readonly name: string } {
  const begun = formAt(text, 0);
  if (begun === undefined || begun.form.kind === 'unknown') return { kind: 'unknown', name: '' };
  const { kind } = begun.form;
  return { kind, name: kind === 'grant' ? '' : nameOf(text, begun.end) };
}

/** Whether a statement begins here although nothing ended the one before. */
export function beginsStatement(text: string, at: number): boolean {
  return formAt(text, at)?.form.cuts === true;
}

/**
 * The possibly qualified name at `at` as written, '' if there is none. Without quotes it reaches to the next blank or
 * opening parenthesis, because old texts left out the quotes that `alternator_a-b.a-b:gsi` needs.
 */
export function nameAt(text: string, at: number): string {
  const start = skipGap(text, at);
  let end = start;
  for (let next = start; next < text.length;) {
    const token = tokenAt(text, next);
    if (token.kind === 'comment' || endsName(text, token)) break;
    end = token.end;
    next = skipBlanks(text, end);
    if (next > end && !isPunctuation(text, token, '.') && text[next] !== '.') break;
  }
  return text.slice(start, end);
}

/** The name behind the first such word, which must be a reserved one: nothing else is called so without quotes. */
export function nameBehind(word: 'ON' | 'FROM', text: string): string {
  for (const token of tokensOf(text)) {
    if (isWord(text, token, word)) return nameAt(text, token.end);
  }
  return '';
}

function formAt(text: string, at: number): { readonly form: Form; readonly end: number } | undefined {
  const first = wordAt(text, at);
  if (first === undefined || !FIRST_WORDS.has(textOf(text, first).toUpperCase())) return undefined;

  const words: Token[] = [first];
  for (let last = first; words.length < LONGEST;) {
    const next = wordAt(text, skipGap(text, last.end));
    if (next === undefined) break;
    words.push(next);
    last = next;
  }
  const form = FORMS.find((candidate) => candidate.words.every((word, i) => isWord(text, words[i], word)));
  const last = form && words[form.words.length - 1];
  return form && last && { form, end: last.end };
}

function nameOf(text: string, at: number): string {
  const name = nameAt(text, behindWords(text, at, ['IF', 'NOT', 'EXISTS'], ['IF', 'EXISTS']));
  // CREATE INDEX ON t (c): the server chooses the name.
  return name.toUpperCase() === 'ON' ? '' : name;
}

/** The offset behind the first of the choices that stands here, else `at`. */
function behindWords(text: string, at: number, ...choices: readonly (readonly string[])[]): number {
  for (const choice of choices) {
    let end: number | undefined = at;
    for (const word of choice) {
      const token: Token | undefined = end === undefined ? undefined : wordAt(text, skipGap(text, end));
      end = isWord(text, token, word) ? token?.end : undefined;
    }
    if (end !== undefined) return end;
  }
  return at;
}

function endsName(text: string, token: Token): boolean {
  return token.kind === 'punctuation' && '(;={,'.includes(text.charAt(token.start));
}
