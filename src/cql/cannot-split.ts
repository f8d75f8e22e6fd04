import { KnownError } from '../errors.js';
import type { Statement } from './statement.js';

/** Both count from 1; a column is a UTF-16 unit. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * The text is damaged or cut off, so that no list of statements would be true. The message is one sentence that names
 * line and column; `before` holds the whole statements in front of the damage, for showing, not for replaying.
 */
export class CannotSplit extends KnownError {
  readonly line: number;
  readonly column: number;

  constructor(
    sentence: string,
    place: Place,
    readonly before: readonly Statement[] = [],
  ) {
    super('damaged', sentence);
    this.line = place.line;
    this.column = place.column;
  }
}

/** Counts the lines from the start of the text, so ask only when an error is certain. */
export function placeOf(text: string, offset: number): Place {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

export function spoken({ line, column }: Place): string {
  return `line ${line}, column ${column}`;
}
