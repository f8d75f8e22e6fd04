import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../../src/system/wait.js';

/** A clock on which time passes only by sleeping. */
function slowClock() {
  let now = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => new Date(now),
    sleep: async (ms: number) => {
      pauses.push(ms);
      now += ms;
    },
  };
}

const patience = { deadlineMs: 600_000, firstMs: 200, mostMs: 1_000 };

describe('Waiting', () => {
  it('does not wait for what is there already (U-7)', async () => {
    const clock = slowClock();
    await waitUntil(async () => undefined, { problem: 'x', patience, clock });
    expect(clock.pauses).toEqual([]);
  });

  it('waits 40 s for a server that needs them, looking at least each second (T-53)', async () => {
    const clock = slowClock();
    await waitUntil(async () => (clock.now().getTime() < 40_000 ? 'it starts' : undefined), {
      problem: 'x',
      patience,
      clock,
    });
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(40_000);
    expect(clock.now().getTime()).toBeLessThan(41_001);
    expect(clock.pauses.slice(0, 5)).toEqual([200, 300, 450, 675, 1_000]);
  });

  it('ends at its deadline, with what it saw last and what to do', async () => {
    const clock = slowClock();
    const never = waitUntil(async () => 'connection refused', {
      problem: 'The node does not serve',
      hint: 'Look.',
      patience,
      clock,
    });
    await expect(never).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'The node does not serve within 600 s: connection refused',
      hint: 'Look.',
    });
    expect(clock.now().getTime()).toBe(600_000);
  });

  it('passes on the failure of a look', async () => {
    const failing = waitUntil(() => Promise.reject(new Error('no')), {
      problem: 'x',
      patience,
      clock: slowClock(),
    });
    await expect(failing).rejects.toThrow('no');
  });
});
