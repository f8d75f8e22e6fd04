import type { WithOption, WithOptions } from '../cql/with-options.js';
import { OPTIONS_NOT_COMPARED } from './schema-exceptions.js';

/** One option that two descriptions disagree about, in the server's own words; undefined where one does not print it. */
export interface OptionDifference {
  readonly name: string;
  readonly saved: string | undefined;
  readonly live: string | undefined;
}

/** Options that a server prints only where somebody set them: to miss one is a difference, too. */
export const PRINTED_WHEN_SET: ReadonlySet<string> = new Set([
  'tombstone_gc',
  'paxos_grace_seconds',
  'per_partition_rate_limit',
  'scylla_encryption_options',
]);

/**
 * What differs, but for a stream's own options (stream-options.ts). An option that only one of two releases prints is no difference between two tables, unless it is one of those
 * that are printed where somebody set them.
 */
export function optionDifferences(
  saved: WithOptions | undefined,
  live: WithOptions | undefined,
): readonly OptionDifference[] {
  if (!saved || !live) return [];
  const names = [...new Set([...saved.keys(), ...live.keys()])];
  return names.flatMap((name) => {
    const [before, after] = [saved.get(name), live.get(name)];
    const comparable = PRINTED_WHEN_SET.has(name) || (before !== undefined && after !== undefined);
    if (name === 'cdc' || name in OPTIONS_NOT_COMPARED || !comparable || sameValue(before, after)) return [];
    return [{ name, saved: before?.text, live: after?.text }];
  });
}

const sameValue = (one: WithOption | undefined, other: WithOption | undefined): boolean =>
  (one && comparableValue(one)) === (other && comparableValue(other));

/** What counts of an option's value: releases name the same class with its package or without. */
export const comparableValue = ({ canonical }: WithOption): string =>
  canonical.replaceAll(/'org\.apache\.cassandra\.[a-z.]*\.(\w+)'/g, "'$1'");
