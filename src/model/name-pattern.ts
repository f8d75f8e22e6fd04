import { KnownError } from '../errors.js';
import { parseTableNames, type TableName } from './table-name.js';

/** What a person asked for: names, patterns, or everything, less what is excluded. */
export interface NamesAsked {
  /** Names and patterns in the order of the request. */
  readonly tables: readonly string[] | 'all';
  readonly exclude: readonly string[];
}

/** A word of a request that was understood; nobody has looked yet which tables there are. */
export interface Selection {
  readonly words: readonly TableName[] | 'all';
  readonly isExcluded: (name: string) => boolean;
}

export interface Selected {
  /** Each once, in the order of the request; those of a pattern in the order in which they are known. */
  readonly names: readonly TableName[];
  /** Those among them that no word named: a pattern brought them in. */
  readonly byPattern: ReadonlySet<TableName>;
}

/** A word with `*` (any characters) or `?` (one character), which no name of a table has. */
export const isPattern = (word: string): boolean => /[*?]/.test(word);

const PATTERN = /^[A-Za-z0-9_.*?-]{1,222}$/;

/** Rejects with kind `usage`, all problems of one sort at once, for a word that is neither a name nor a pattern. */
export function parseSelection({ tables, exclude }: NamesAsked): Selection {
  const words = tables === 'all' ? tables : parseWords(tables);
  const tests = parseWords(exclude).map(testOf);
  return { words, isExcluded: (name) => tests.some((test) => test(name)) };
}

export const hasPatterns = ({ words }: Selection): boolean => words !== 'all' && words.some(isPattern);

/**
 * The tables that are meant, of those that are known. A pattern that matches none stays as it is: it is a table that is not
 * there, and fails as one. A pattern whose tables are all excluded did match, and is gone.
 */
export function selectNames({ words, isExcluded }: Selection, known: readonly TableName[]): Selected {
  if (words === 'all') return { names: known.filter((name) => !isExcluded(name)), byPattern: new Set() };
  const named = new Set(words.filter((word) => !isPattern(word)));
  const all = words.flatMap((word) => {
    if (!isPattern(word)) return [word];
    const matching = known.filter(testOf(word));
    return matching.length === 0 ? [word] : matching;
  });
  const names = [...new Set(all)].filter((name) => !isExcluded(name));
  return { names, byPattern: new Set(names.filter((name) => !named.has(name))) };
}

/** Patterns pass for names from here on: the one that is left over becomes the name of a failed table, and no path or request. */
function parseWords(words: readonly string[]): readonly TableName[] {
  const wrong = words.filter((word) => isPattern(word) && !PATTERN.test(word));
  if (wrong.length > 0) {
    throw new KnownError(
      'usage',
      wrong.map((word) => `'${word.replaceAll(/\p{Cc}/gu, '?').slice(0, 300)}' is not a pattern`).join('\n'),
      { hint: 'A pattern has characters of table names, * and ?.', changed: 'Nothing was done.' },
    );
  }
  parseTableNames(words.filter((word) => !isPattern(word)));
  return [...new Set(words)] as TableName[];
}

/** Looks back to the last `*` only, so that no pattern takes long. */
const testOf = (pattern: string) => (name: string) => {
  let at = 0;
  let star = -1;
  let from = 0;
  for (let place = 0; place < name.length;) {
    if (pattern[at] === '*') {
      star = at;
      from = place;
      at += 1;
    } else if (pattern[at] === '?' || pattern[at] === name[place]) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      at = star + 1;
      from += 1;
      place = from;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
};
