import { setTimeout as delay } from 'node:timers/promises';
import { KnownError } from '../errors.js';

/** Time as the pipelines see it; a stand-in makes an hour pass in no time. */
export interface Clock {
  now(): Date;
  /** Rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {});
  },
};

export interface Patience {
  readonly deadlineMs: number;
  /** The first pause between two looks; pauses grow by half up to `mostMs`. */
  readonly firstMs: number;
  readonly mostMs: number;
}

export interface Waiting {
  /** Ends the sentence "… within 600 s": `Scylla does not serve`. */
  readonly problem: string;
  readonly hint?: string;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Looks again and again until `look` gives `undefined`, and rejects with kind `unavailable` at the deadline, naming what
 * it saw last. `look` gives the reason why it is not time yet, as a clause. The first look is at once: nobody waits for
 * what is already there.
 */
export async function waitUntil(look: () => Promise<string | undefined>, waiting: Waiting): Promise<void> {
  const { problem, patience, clock, signal } = waiting;
  const deadline = clock.now().getTime() + patience.deadlineMs;
  let pause = patience.firstMs;
  for (;;) {
    const notYet = await look();
    if (notYet === undefined) return;
    const left = deadline - clock.now().getTime();
    if (left <= 0) {
      const after = `${Math.round(patience.deadlineMs / 100) / 10} s`;
      throw new KnownError('unavailable', `${problem} within ${after}: ${notYet}`, {
        ...(waiting.hint === undefined ? {} : { hint: waiting.hint }),
      });
    }
    await clock.sleep(Math.min(pause, left), signal);
    pause = Math.min(pause * 1.5, patience.mostMs);
  }
}
