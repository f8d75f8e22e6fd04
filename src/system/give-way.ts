import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { platform } from 'node:process';

/** What `nice` adds when nobody says how much. */
const NICENESS = 10;

/**
 * Makes this process give way to others. On Linux niceness belongs to a thread, not to the process: V8 has threads of its own
 * before the first line of any program runs, and the thread pool may be there already. So every thread is named; later ones
 * have that of the thread that starts them.
 *
 * Gives a function that starts other programs with the priority there was before, as far as we may (root): what starts a
 * database must not hand our niceness on to it.
 */
export function giveWay(): <T>(start: () => T) => T {
  const before = getPriority();
  const wanted = Math.max(before, NICENESS);
  for (const thread of threads()) setPriority(thread, wanted);
  return (start) => {
    if (process.getuid?.() !== 0) return start();
    setPriority(0, before);
    try {
      return start();
    } finally {
      setPriority(0, wanted);
    }
  };
}

/** 0 is the calling thread, and elsewhere than on Linux the process. */
const threads = (): readonly number[] =>
  platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [0];
