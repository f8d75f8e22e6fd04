import { unquoteName } from '../cql/quoting.js';
import { isPunctuation, textOf, type Token } from '../cql/token.js';
import { tokensOf } from '../cql/tokenizer.js';
import { KnownError } from '../errors.js';
import { treeOfClass } from './fit-marshal-type.js';
import { DEEPEST_TYPE, NATIVE_TYPES, spellType, spellTypeName, type TypeTree } from './fit-type.js';

/** Other words for the same type. */
const ALIASES: Readonly<Record<string, string>> = { varchar: 'text' };

/**
 * A CQL type in the one spelling that this tool compares: `Map<varchar,blob>` → `map<text, blob>`. A user type is
 * known by its name alone, without its keyspace. Throws `damaged` for a text that is not one type.
 */
export function normalType(written: string): string {
  const tokens = [...tokensOf(written)].filter(({ kind }) => kind !== 'comment');
  const { tree, next } = typeAt(written, tokens, 0, 0);
  if (next < tokens.length) throw notAType(written);
  return spellType(tree);
}

interface Parsed {
  readonly tree: TypeTree;
  /** The index of the token behind. */
  readonly next: number;
}

function typeAt(text: string, tokens: readonly Token[], at: number, depth: number): Parsed {
  if (depth > DEEPEST_TYPE) throw notAType(text);
  const named = treeOfName(text, tokens[at], depth);
  if (isPunctuation(text, tokens[at + 1], '.')) return typeAt(text, tokens, at + 2, depth + 1);
  let next = at + 1;
  if (!isPunctuation(text, tokens[next], '<')) return { tree: named, next };

  if (NATIVE_TYPES.has(named.name)) throw notAType(text);
  const parts: TypeTree[] = [];
  do {
    const part = typeAt(text, tokens, next + 1, depth + 1);
    parts.push(part.tree);
    next = part.next;
  } while (isPunctuation(text, tokens[next], ','));
  if (!isPunctuation(text, tokens[next], '>')) throw notAType(text);
  return { tree: { name: named.name, parts }, next: next + 1 };
}

/** A number is the length of a vector; a string names a Java class, as `'org.apache.cassandra.db.marshal.EmptyType'`. */
function treeOfName(text: string, token: Token | undefined, depth: number): TypeTree {
  const written = token === undefined ? '' : textOf(text, token);
  switch (token?.kind) {
    case 'word': {
      const name = written.toLowerCase();
      return { name: ALIASES[name] ?? name, parts: [] };
    }
    case 'quoted name':
      return { name: spellTypeName(unquoteName(written)), parts: [] };
    case 'number':
      if (depth === 0) throw notAType(text);
      return { name: written, parts: [] };
    case 'string':
      return treeOfClass(written.slice(1, -1));
    case 'body':
    case 'uuid':
    case 'comment':
    case 'punctuation':
    case undefined:
      throw notAType(text);
  }
}

const notAType = (written: string) =>
  new KnownError('damaged', `${JSON.stringify(written.slice(0, 200))} is not a CQL type.`);
