import { isPunctuation } from './token.js';
import { tokensOf } from './tokenizer.js';
import { partsBehindWith } from './with-options.js';

/*
 * Changes of one option of a statement that is about to be run. All else stays as it is written, byte by byte; a text that
 * looks like an option within a string or a comment is none.
 */

/** The statement without this option. The same text where it has none. */
export function withoutOption(statement: string, name: string): string {
  const parts = partsOf(statement);
  const at = parts.findIndex((part) => part.name === name);
  const [part, next] = [parts[at], parts[at + 1]];
  const last = part?.tokens.at(-1);
  if (!part || !last) return statement;
  const isFirst = at === 0 && next !== undefined;
  const [from, to] = isFirst ? [part.connective.end, next.connective.end] : [part.connective.start, last.end];
  const rest = statement.slice(0, isFirst ? from : trimmedTo(statement, from)) + statement.slice(to);
  return withoutOption(rest, name);
}

/** The statement with this option: in the place of the one that it has, else behind all others. */
export function withOptionSet(statement: string, name: string, value: string): string {
  const parts = partsOf(statement);
  const present = parts.find((part) => part.name === name);
  const [first, last] = [present?.value[0], present?.value.at(-1)];
  if (first && last) return statement.slice(0, first.start) + value + statement.slice(last.end);
  const end = endOf(statement);
  const connective = parts.length === 0 ? 'WITH' : 'AND';
  return `${statement.slice(0, end)} ${connective} ${name} = ${value}${statement.slice(end)}`;
}

const tokensIn = (statement: string) => [...tokensOf(statement)].filter(({ kind }) => kind !== 'comment');

const partsOf = (statement: string) => partsBehindWith(statement, tokensIn(statement));

/** Behind the last token that is no `;`. */
const endOf = (statement: string): number =>
  tokensIn(statement).findLast((token) => !isPunctuation(statement, token, ';'))?.end ?? 0;

/** Blanks in front of what goes, go too. */
const trimmedTo = (statement: string, end: number): number => statement.slice(0, end).trimEnd().length;
