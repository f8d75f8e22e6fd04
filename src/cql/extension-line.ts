import { CannotSplit, placeOf, spoken } from './cannot-split.js';
import { isPunctuation } from './token.js';
import { skipBlanks, tokenAt } from './tokenizer.js';

/*
 * cqlsh before server-side DESC prints each schema extension as `name = <Python dict>` on a line of its own: behind the
 * `;` of a table, but in front of the `;` of a view (scylla-cqlsh, pylib/cqlshlib/__init__.py: "The end result will
 * not be cut-and-paste usable").
 */
const BEGINNING = /([a-z_][a-z0-9_]*)[ \t]*=[ \t]*(?=\{)/iy;
const SEMICOLON = /[ \t]*;/y;

export interface ExtensionLine {
  readonly name: string;
  readonly terminated: boolean;
  readonly end: number;
}

export function beginsExtensionLine(text: string, at: number): boolean {
  BEGINNING.lastIndex = at;
  return BEGINNING.test(text);
}

/** The extension line that begins at `at`, with its `;` if it has one. Throws `CannotSplit` when its map is cut off. */
export function extensionLineAt(text: string, at: number): ExtensionLine | undefined {
  BEGINNING.lastIndex = at;
  const name = BEGINNING.exec(text)?.[1];
  if (name === undefined) return undefined;

  const end = behindMap(text, BEGINNING.lastIndex);
  SEMICOLON.lastIndex = end;
  const terminated = SEMICOLON.test(text);
  return { name, terminated, end: terminated ? SEMICOLON.lastIndex : end };
}

function behindMap(text: string, opening: number): number {
  let depth = 0;
  for (let at = opening; at < text.length;) {
    const token = tokenAt(text, at);
    if (isPunctuation(text, token, '{')) depth += 1;
    if (isPunctuation(text, token, '}')) depth -= 1;
    if (depth === 0) return token.end;
    at = skipBlanks(text, token.end);
  }
  const place = placeOf(text, opening);
  throw new CannotSplit(
    `The map that begins at ${spoken(place)} is never closed: the text is damaged or cut off.`,
    place,
  );
}
