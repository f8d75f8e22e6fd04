import { textOf } from './token.js';
import { tokensOf } from './tokenizer.js';

const BUILT_IN = new Set(
  (
    'ascii bigint blob boolean counter date decimal double duration empty float frozen inet int list map set smallint text ' +
    'time timestamp timeuuid tinyint tuple uuid varchar varint vector'
  ).split(' '),
);

/** Names in the type of a column that are no types of CQL's own: somebody has made them by CREATE TYPE. */
export function ownTypesIn(type: string): readonly string[] {
  return [...tokensOf(type)].flatMap((token) => {
    const word = textOf(type, token);
    const isOwn =
      token.kind === 'quoted name' || (token.kind === 'word' && !BUILT_IN.has(word.toLowerCase()));
    return isOwn ? [word] : [];
  });
}
