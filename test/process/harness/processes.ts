import { readFileSync } from 'node:fs';

/** Whether a process is there and is more than an entry that nobody has waited for. */
export function isAlive(pid: number): boolean {
  try {
    const [, state] = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return state !== 'Z';
  } catch {
    // No such process.
    return false;
  }
}
