import { z } from 'zod';

/** `quick`: sizes and the manifest. `full`: every byte. */
export type Depth = 'quick' | 'full';

/** `unproven`: whole as far as anybody can tell, but an SSTable of it has no digest that proves it. */
export type Validity = 'valid' | 'unproven' | 'invalid';

export const verifiedSchema = z.looseObject({
  at: z.iso.datetime(),
  depth: z.enum(['quick', 'full']),
  state: z.enum(['valid', 'unproven', 'invalid']),
  problems: z.array(z.string()).readonly(),
});

/** What a verification of one backup found, and when. */
export interface Verified {
  /** ISO, UTC. */
  readonly at: string;
  readonly depth: Depth;
  readonly state: Validity;
  /** One for each thing that is wrong, naming the file; none unless `invalid`. */
  readonly problems: readonly string[];
}

/** What a look at a backup found, before anybody judges it. */
export interface Findings {
  readonly problems: readonly string[];
  /** SSTables without a digest of their own. */
  readonly unproven: readonly string[];
}

export const validityOf = ({ problems, unproven }: Findings): Validity =>
  problems.length > 0 ? 'invalid' : unproven.length > 0 ? 'unproven' : 'valid';

/**
 * Which of two verifications of one backup is worth remembering. A quick look that finds nothing says less than every byte
 * did before; one that finds damage says more, unless every byte had found damage already: another quick look, which finds none, would
 * take that back.
 */
export const worthRemembering = (now: Verified, before: Verified | undefined): boolean =>
  before === undefined ||
  now.depth === 'full' ||
  before.depth === 'quick' ||
  (now.state === 'invalid' && before.state !== 'invalid');
