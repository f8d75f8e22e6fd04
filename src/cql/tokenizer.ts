import { CannotSplit, placeOf, spoken } from './cannot-split.js';
import type { Token, TokenKind } from './token.js';

/*
 * The lexical rules are those of the server's grammar (Cql.g): '' inside a string, "" inside a quoted name, nothing is
 * special inside $$…$$, block comments do not nest, a line comment ends at \n or \r. A lone $ is punctuation: it
 * stands bare in the unquoted stream-log columns of old texts.
 */

const BLANKS = /[ \t\n\r\uFEFF]*/y;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z_])/iy;
const NUMBER = /0x[0-9a-f]*|\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy;
const WORD = /[a-z_][a-z0-9_]*/iy;
const LINE_COMMENT = /[^\n\r]*/y;

/** The offset behind blanks and line ends. A byte order mark counts as blank: files are joined with theirs inside. */
export function skipBlanks(text: string, at: number): number {
  return endOf(BLANKS, text, at) ?? at;
}

/** The offset behind blanks, line ends and comments. Throws `CannotSplit` for a comment without an end. */
export function skipGap(text: string, at: number): number {
  let here = skipBlanks(text, at);
  for (;;) {
    const comment = commentAt(text, here);
    if (comment === undefined) return here;
    here = skipBlanks(text, comment.end);
  }
}

/** The word at this very offset, if one begins here. Never throws, so it may look at text that is not CQL. */
export function wordAt(text: string, at: number): Token | undefined {
  return matched('word', WORD, text, at);
}

/**
 * The token that begins at `at`, which must be inside the text and not a blank. Throws `CannotSplit` for a string,
 * quoted name, body or comment without an end.
 */
export function tokenAt(text: string, at: number): Token {
  const character = text[at];
  if (character === "'") return { kind: 'string', start: at, end: behindQuoted(text, at, 'The string') };
  if (character === '"') {
    return { kind: 'quoted name', start: at, end: behindQuoted(text, at, 'The quoted name') };
  }
  if (character === '$' && text[at + 1] === '$') {
    return { kind: 'body', start: at, end: behind(text, at, '$$', 'The $$ body') };
  }
  return (
    matched('word', WORD, text, at, UUID) ??
    commentAt(text, at) ??
    matched('uuid', UUID, text, at) ??
    matched('number', NUMBER, text, at) ?? { kind: 'punctuation', start: at, end: at + 1 }
  );
}

/** Every token of the text, comments included, in order. Throws as `tokenAt` does. */
export function* tokensOf(text: string): Generator<Token, void, undefined> {
  for (let at = skipBlanks(text, 0); at < text.length;) {
    const token = tokenAt(text, at);
    yield token;
    at = skipBlanks(text, token.end);
  }
}

function commentAt(text: string, at: number): Token | undefined {
  const character = text[at];
  const next = text[at + 1];
  if ((character === '-' && next === '-') || (character === '/' && next === '/')) {
    return matched('comment', LINE_COMMENT, text, at);
  }
  if (character === '/' && next === '*') {
    return { kind: 'comment', start: at, end: behind(text, at, '*/', 'The comment') };
  }
  return undefined;
}

/** `unless`: a UUID may begin with a letter, and is one token all the same. */
function matched(
  kind: TokenKind,
  pattern: RegExp,
  text: string,
  at: number,
  unless?: RegExp,
): Token | undefined {
  const end = endOf(pattern, text, at);
  if (end === undefined) return undefined;
  if (unless !== undefined && text[at + 8] === '-' && endOf(unless, text, at) !== undefined) return undefined;
  return { kind, start: at, end };
}

/** A doubled quote is a quote inside; the first one that is not doubled ends. */
function behindQuoted(text: string, at: number, what: string): number {
  const quote = text.charAt(at);
  for (let from = at + 1; ;) {
    const found = text.indexOf(quote, from);
    if (found === -1) throw neverClosed(text, at, what);
    if (text[found + 1] !== quote) return found + 1;
    from = found + 2;
  }
}

function behind(text: string, at: number, closing: string, what: string): number {
  const found = text.indexOf(closing, at + 2);
  if (found === -1) throw neverClosed(text, at, what);
  return found + closing.length;
}

function neverClosed(text: string, at: number, what: string): CannotSplit {
  const place = placeOf(text, at);
  return new CannotSplit(
    `${what} that begins at ${spoken(place)} is never closed: the text is damaged or cut off.`,
    place,
  );
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
