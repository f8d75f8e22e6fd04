import { isPunctuation, isWord, textOf, type Token } from './token.js';
import { tokensOf } from './tokenizer.js';

export interface WithOption {
  /** As the server understands it: in small letters. */
  readonly name: string;
  /** As written: what ALTER … WITH takes. */
  readonly text: string;
  /** The same value in one form whatever the blanks, the order of a map's keys, or the zeros behind a point. */
  readonly canonical: string;
}

export type WithOptions = ReadonlyMap<string, WithOption>;

/**
 * The options behind WITH of a CREATE KEYSPACE, TABLE or MATERIALIZED VIEW, in their order; those that are no
 * `name = value` (CLUSTERING ORDER BY, COMPACT STORAGE) are left out, since no ALTER can change them.
 * Throws `CannotSplit` for text that is cut off within a string.
 */
export function withOptions(statement: string): WithOptions {
  const tokens = [...tokensOf(statement)].filter(({ kind }) => kind !== 'comment');
  const options = new Map<string, WithOption>();
  for (const { name: key, value } of partsBehindWith(statement, tokens)) {
    const [first, last] = [value[0], value.at(-1)];
    if (key === undefined || !first || !last) continue;
    options.set(key, {
      name: key,
      text: statement.slice(first.start, last.end),
      canonical: canonicalOf(statement, value),
    });
  }
  return options;
}

/** One option as it stands in its statement. */
export interface PartBehindWith {
  /** WITH or AND. */
  readonly connective: Token;
  /** In small letters; undefined where it is no `name = value`. */
  readonly name: string | undefined;
  /** What stands behind the `=`. */
  readonly value: readonly Token[];
  readonly tokens: readonly Token[];
}

/** What stands between WITH, each AND, and the final `;`, outside of all brackets. */
export function partsBehindWith(text: string, tokens: readonly Token[]): readonly PartBehindWith[] {
  const parts: { readonly connective: Token; readonly tokens: Token[] }[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (depth === 0 && isWord(text, token, parts.length === 0 ? 'WITH' : 'AND')) {
      parts.push({ connective: token, tokens: [] });
      continue;
    }
    if (depth === 0 && isPunctuation(text, token, ';')) break;
    if (opens(text, token)) depth += 1;
    if (closes(text, token)) depth -= 1;
    parts.at(-1)?.tokens.push(token);
  }
  return parts.map((part) => {
    const [name, equals] = part.tokens;
    const isOption = name !== undefined && isPunctuation(text, equals, '=');
    return {
      ...part,
      name: isOption ? textOf(text, name).toLowerCase() : undefined,
      value: isOption ? part.tokens.slice(2) : [],
    };
  });
}

/** The entries of a map literal (`{'class': 'X', 'dc1': '3'}`): keys without quotes, values as written. */
export function mapEntries(literal: string): ReadonlyMap<string, string> {
  const tokens = [...tokensOf(literal)].filter(({ kind }) => kind !== 'comment');
  const entries = new Map<string, string>();
  for (const entry of between(literal, tokens.slice(1, -1))) {
    const [key, colon, first] = entry;
    const last = entry.at(-1);
    if (!key || !isPunctuation(literal, colon, ':') || !first || !last) continue;
    entries.set(stringIn(textOf(literal, key)), literal.slice(first.start, last.end));
  }
  return entries;
}

/** What a string literal says; anything else as it is written. */
export const stringIn = (written: string): string =>
  written.startsWith("'") ? written.slice(1, -1).replaceAll("''", "'") : written;

function canonicalOf(text: string, tokens: readonly Token[]): string {
  if (!isPunctuation(text, tokens[0], '{'))
    return tokens.map((token) => canonicalToken(text, token)).join('');
  const entries = between(text, tokens.slice(1, -1));
  const rendered = entries.map((entry) => {
    const colon = entry.findIndex((token) => isPunctuation(text, token, ':'));
    if (colon === -1) return canonicalOf(text, entry);
    return `${canonicalOf(text, entry.slice(0, colon))}: ${canonicalOf(text, entry.slice(colon + 1))}`;
  });
  return `{${rendered.sort().join(', ')}}`;
}

/** The entries of a literal, parted by its own commas only. */
function between(text: string, tokens: readonly Token[]): readonly (readonly Token[])[] {
  const entries: Token[][] = [];
  let entry: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (depth === 0 && isPunctuation(text, token, ',')) {
      entries.push(entry);
      entry = [];
      continue;
    }
    if (opens(text, token)) depth += 1;
    if (closes(text, token)) depth -= 1;
    entry.push(token);
  }
  return entry.length > 0 ? [...entries, entry] : entries;
}

/** `1.0` and `1` are one number; a number too large to count with stays as it is written. */
function canonicalToken(text: string, token: Token): string {
  const written = textOf(text, token);
  if (token.kind === 'word') return written.toLowerCase();
  if (token.kind !== 'number') return written;
  const number = Number(written);
  return Number.isSafeInteger(number) || !Number.isInteger(number) ? String(number) : written;
}

const opens = (text: string, token: Token): boolean =>
  token.kind === 'punctuation' && '({['.includes(textOf(text, token));
const closes = (text: string, token: Token): boolean =>
  token.kind === 'punctuation' && ')}]'.includes(textOf(text, token));
