import type { ItemSample } from '../engine/engine.js';

/** What is known of the items that must come back. */
export interface Expected {
  /** SSTables that were loaded. */
  readonly sstables: number;
  /** What could be read while copying; null or absent when nobody read. */
  readonly sample: ItemSample | null | undefined;
}

export type Judgement =
  | { readonly verdict: 'good' }
  | { readonly verdict: 'doubtful'; readonly why: string }
  | { readonly verdict: 'bad'; readonly why: string };

/**
 * Judges a load by the items that can be read afterwards, never by what nodetool said of it. Fewer than were counted at
 * the backup is a doubt only: items may have been written or deleted between the snapshot and the counting.
 */
export function judgeReadBack({ sstables, sample }: Expected, seen: ItemSample): Judgement {
  if (sample === null || sample === undefined) {
    return sstables > 0 && seen.items === 0
      ? {
          verdict: 'doubtful',
          why: 'no item can be read, and the backup does not say whether there were any',
        }
      : { verdict: 'good' };
  }
  if (seen.items === 0 && sample.items > 0)
    return {
      verdict: 'bad',
      why: `no item can be read, though ${sample.items} could while copying`,
    };
  // A reading that came to its end has seen all there are.
  if (seen.complete && seen.items < sample.items) {
    const all = sample.complete ? '' : 'at least ';
    return {
      verdict: 'doubtful',
      why: `${seen.items} items can be read, ${all}${sample.items} could while copying`,
    };
  }
  return { verdict: 'good' };
}
