import type { ItemSample } from '../engine/engine.js';

/** What is known of the items that must come back. */
export interface Expected {
  /** SSTables that were loaded. */
  readonly sstables: number;
  /** What could be read while backing up; null or absent when nobody read. */
  readonly sample: ItemSample | null | undefined;
}

export type Judgement =
  | { readonly verdict: 'good' }
  | { readonly verdict: 'doubtful'; readonly why: string }
  | { readonly verdict: 'bad'; readonly why: string };

/**
 * Judges a load by the items that can be read afterwards, never by what nodetool said of it. Fewer than were counted at
 * the backup is a doubt only: somebody may have deleted items between the snapshot and the counting.
 */
export function judgeReadBack({ sstables, sample }: Expected, seen: ItemSample): Judgement {
  if (sstables === 0) return { verdict: 'good' };
  if (seen.items === 0) {
    if (sample === null || sample === undefined) {
      return {
        verdict: 'doubtful',
        why: 'no item can be read, and the backup does not say whether there were any',
      };
    }
    if (sample.items === 0) return { verdict: 'good' };
    return {
      verdict: 'bad',
      why: `no item can be read, but the backup was made of at least ${sample.items}`,
    };
  }
  if (sample?.complete === true && seen.complete && seen.items < sample.items) {
    return {
      verdict: 'doubtful',
      why: `${seen.items} items can be read, ${sample.items} could while backing up`,
    };
  }
  return { verdict: 'good' };
}
