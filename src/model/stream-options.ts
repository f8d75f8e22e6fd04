import { quoteString } from '../cql/quoting.js';
import type { WithOptions } from '../cql/with-options.js';
import type { OptionDifference } from './option-drift.js';

/** The entries of a table's `cdc` map. */
export type StreamOptions = ReadonlyMap<string, string>;

/**
 * What the API gives to every stream that it switches on (alternator/streams.cc, add_stream_options; recorded cql 003), in the
 * entries that no view type says.
 */
const GIVEN_BY_API: StreamOptions = new Map([
  ['delta', 'keys'],
  ['preimage', 'full'],
  ['ttl', '86400'],
]);

/** The `cdc` of a description: Scylla 5.2 and 5.3 print it in double quotes (SCYLLA.md 2.3). Empty on a server without one. */
export function streamOptions(options: WithOptions | undefined): StreamOptions {
  const written = options?.get('cdc')?.canonical ?? '';
  return new Map(
    [...written.matchAll(/['"](\w+)['"]: ['"]?(\w+)['"]?/g)].map(([, key = '', value = '']) => [key, value]),
  );
}

/** Switched on, and at work. */
export const isStreaming = (stream: StreamOptions): boolean => stream.get('enabled') === 'true';

/** On tablets (2026.2 and later) a stream begins when no tablets are being merged any more. */
const isOn = (stream: StreamOptions): boolean =>
  isStreaming(stream) || stream.get('enable_requested') === 'true';

/**
 * What differs between two streams that are on, entry by entry, as `cdc ttl`: what is recorded of a change (`delta`), for how
 * long (`ttl`), and whether an image of before is whole (`preimage`: full) or of the changed columns only (true). That there
 * is a stream, and which images it has, is the API's: StreamSpecification.
 */
export function streamDifferences(
  saved: WithOptions | undefined,
  live: WithOptions | undefined,
): readonly OptionDifference[] {
  return unlike(streamOptions(saved), streamOptions(live));
}

/** What a stream has that the API will not give to a new one. */
export const unusualStreamOptions = (saved: WithOptions | undefined): readonly OptionDifference[] =>
  unlike(streamOptions(saved), new Map([['enabled', 'true'], ...GIVEN_BY_API]));

function unlike(saved: StreamOptions, live: StreamOptions): readonly OptionDifference[] {
  if (!isOn(saved) || !isOn(live)) return [];
  return [...GIVEN_BY_API.keys()].flatMap((key) => {
    const [before, after] = [saved.get(key), live.get(key)];
    const isToldByApi = key === 'preimage' && (before === 'false' || after === 'false');
    if (before === undefined || after === undefined || before === after || isToldByApi) return [];
    return [{ name: `cdc ${key}`, saved: before, live: after }];
  });
}

/**
 * The value of `cdc` that gives a live stream the saved entries. ALTER replaces the whole map, and what is not in it becomes
 * the default, `enabled` included: so all else stays as it is live, entries that only a newer server knows too.
 */
export function alteredStream(live: StreamOptions, differences: readonly OptionDifference[]): string {
  const entries = new Map(live);
  for (const { name, saved } of differences) entries.set(name.replace(/^cdc /, ''), saved ?? '');
  return `{${[...entries].map(([key, value]) => `${quoteString(key)}: ${quoteString(value)}`).join(', ')}}`;
}
