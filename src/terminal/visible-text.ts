const LINE_END = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;
/** Control characters, and those that turn the direction of what follows them. */
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text as lines in which nothing can move a cursor, clear a screen or look like a line of its own: much of what is told was
 * said by other programs. A tab becomes a blank, any other control character its escape (`\u001b`).
 */
export const visibleLines = (text: string): readonly string[] =>
  text.split(LINE_END).map((line) => line.replaceAll('\t', ' ').replaceAll(UNSEEN, escaped));

/** The same as one text, its line ends kept. */
export const visibleText = (text: string): string => visibleLines(text).join('\n');

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
