/**
 * What a piece of CQL is, as far as cutting statements needs it. `body` is `$$…$$`; `comment` is `-- …`, `// …` or
 * a block; `punctuation` is one UTF-16 unit of anything else.
 */
export type TokenKind =
  'word' | 'quoted name' | 'string' | 'body' | 'number' | 'uuid' | 'comment' | 'punctuation';

/** Offsets are UTF-16 units into the text, `end` exclusive. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

export function textOf(text: string, token: Token): string {
  return text.slice(token.start, token.end);
}

/** CQL key words are the same in any case. `word` is given in capitals. */
export function isWord(text: string, token: Token | undefined, word: string): boolean {
  return (
    token?.kind === 'word' &&
    token.end - token.start === word.length &&
    textOf(text, token).toUpperCase() === word
  );
}

export function isPunctuation(text: string, token: Token | undefined, character: string): boolean {
  return token?.kind === 'punctuation' && text[token.start] === character;
}
