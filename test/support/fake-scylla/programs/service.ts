import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disk } from '../disk.js';
import type { Misbehaviour, ProgramAnswer } from './behaviour.js';

export interface ServiceBehaviour {
  /** Its stop command ends well, and the service stays alive. */
  stop: 'stops' | 'stays alive';
  /** How long the server takes from `start` until it serves; never for Infinity. */
  startMs: number;
}

export interface ServiceOptions {
  readonly disk: Disk;
  readonly behaviour: ServiceBehaviour;
  readonly openDoors: () => Promise<void>;
  readonly closeDoors: () => Promise<void>;
}

export interface FakeService {
  /** `start`, `stop`, `status` as one would ask systemd. */
  run(verb: string, misbehaviour: Misbehaviour | undefined): Promise<ProgramAnswer>;
  readonly isServing: () => boolean;
  /** When it last began to serve, in milliseconds since 1970. */
  readonly servingSince: () => number;
  close(): Promise<void>;
}

export function fakeService({ disk, behaviour, openDoors, closeDoors }: ServiceOptions): FakeService {
  let isActive = true;
  let isServing = true;
  let servingSince = Date.now();
  const ended = new AbortController();

  const boot = async () => {
    // A timer of this length is as good as never; `close` cuts it off.
    await sleep(Math.min(behaviour.startMs, 2 ** 31 - 1), undefined, { signal: ended.signal });
    if (!isActive || foreignFile(disk) !== undefined) return;
    await openDoors();
    isServing = true;
    servingSince = Date.now();
  };
  let booting = Promise.resolve();

  const verbs: Readonly<Record<string, () => Promise<ProgramAnswer>>> = {
    async start() {
      if (isActive) return { exit: 0 };
      isActive = true;
      booting = boot().catch((error: unknown) => {
        if (!ended.signal.aborted) throw error;
      });
      return { exit: 0 };
    },
    async stop() {
      if (behaviour.stop === 'stays alive') return { exit: 0 };
      isActive = false;
      isServing = false;
      await closeDoors();
      return { exit: 0 };
    },
    status: async () => ({ exit: isActive ? 0 : 3 }),
  };

  return {
    async run(verb, misbehaviour) {
      if (misbehaviour?.kind === 'pretend') return { exit: 0 };
      return (await verbs[verb]?.()) ?? { exit: 2, stderr: `no such verb: ${verb}\n` };
    },
    isServing: () => isServing,
    servingSince: () => servingSince,
    async close() {
      ended.abort();
      await booting;
      await closeDoors();
    },
  };
}

/**
 * What keeps a server from booting: anything of another owner below its data directory, but for names that begin with a dot at
 * its top (behaviour.md E042). A server that runs as root does not look.
 */
function foreignFile({ root, uid }: Disk): string | undefined {
  if (uid === 0) return undefined;
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return names.find((name) => !name.startsWith('.') && lstatSync(join(root, name)).uid !== uid);
}
