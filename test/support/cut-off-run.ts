import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { KnownError } from '../../src/errors.js';
import type { Engine } from '../../src/engine/engine.js';
import type { NodeService } from '../../src/service/node-service.js';
import type { Change, Ran, Workbench } from './workbench.js';

/** A moment in a run: just before, or just after, one of the journal's writings is on the disk. */
export interface Moment {
  readonly writing: number;
  readonly side: 'before' | 'after';
}

export interface CutOff {
  readonly ran: Ran;
  /** What the journal was told, each as `step begin` or `note`; the last one is where it was cut off. */
  readonly writings: readonly string[];
  readonly wasCut: boolean;
}

/**
 * Runs something, dead from one moment on, as with `kill -9`: from then on the journal, the engine and the service take nothing
 * more, and what the dying code still did to files is taken back.
 */
export async function cutOff(
  bench: Workbench,
  moment: Moment | undefined,
  run: (change: Change) => Promise<Ran>,
  change: Change = {},
): Promise<CutOff> {
  const writings: string[] = [];
  // Set from within what it guards, which the compiler does not see.
  let dead = false as boolean;
  const kept = `${bench.root}.cut`;
  const dying = () => new KnownError('unavailable', 'this process is dead');
  const die = () => {
    dead = true;
    execFileSync('cp', ['-a', bench.root, kept]);
    throw dying();
  };
  const mortal = <T extends object>(calls: T): T =>
    Object.fromEntries(
      Object.entries(calls).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === 'function'
          ? (...args: readonly unknown[]): unknown =>
              dead && name !== 'workDirectory'
                ? Promise.reject(dying())
                : (value as (...rest: readonly unknown[]) => unknown)(...args)
          : value,
      ]),
    ) as T;

  const ran = await run({
    ...change,
    engine: mortal<Engine>({ ...bench.engine, ...change.engine }),
    service: mortal<NodeService>({ ...bench.service, ...change.service }),
    journals: (journals) => ({
      ...journals,
      async write(job, event) {
        if (dead) throw dying();
        writings.push(event === null ? 'note' : `${event.step} ${event.at}`);
        const isHere = moment !== undefined && writings.length === moment.writing;
        if (isHere && moment.side === 'before') die();
        await journals.write(job, event);
        if (isHere) die();
      },
    }),
  });
  if (dead) {
    for (const part of ['work', 'data', 'backups'])
      rmSync(`${bench.root}/${part}`, { recursive: true, force: true });
    execFileSync('cp', ['-a', `${kept}/.`, bench.root]);
    rmSync(kept, { recursive: true });
  }
  return { ran, writings, wasCut: dead };
}

/** Both sides of every writing of a run. */
export const momentsOf = (writings: readonly string[]): readonly (Moment & { readonly title: string })[] =>
  writings.flatMap((what, index) =>
    (['before', 'after'] as const).map((side) => ({
      writing: index + 1,
      side,
      title: `${side} writing ${index + 1}, ${what}`,
    })),
  );
