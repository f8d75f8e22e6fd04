import { setTimeout as sleep } from 'node:timers/promises';
import { internal } from './api-error.js';

/** One node of the ring, asked for the version of its schema. */
export type SchemaVersion = () => Promise<string>;

/** The nodes that have a gateway in this process: all that are up. */
export interface RingMembers {
  /** Takes part in agreements until the returned function is called. */
  join(version: SchemaVersion): () => void;
  /** Resolves when every member that answers has the same schema; rejects when they do not come to that. */
  agree(): Promise<void>;
}

const AGREE_WITHIN_MS = 15_000;
const ANSWER_WITHIN_MS = 1_000;
const POLL_MS = 10;

/**
 * The driver waits for what gossip has to tell of the other nodes: a second for each change, and ten when a node is down.
 * Asking the nodes themselves takes milliseconds.
 */
export function ringMembers(): RingMembers {
  const members = new Set<SchemaVersion>();
  return {
    join(version) {
      members.add(version);
      return () => void members.delete(version);
    },
    async agree() {
      const deadline = Date.now() + AGREE_WITHIN_MS;
      for (;;) {
        const versions = await Promise.all([...members].map(versionOf));
        if (new Set(versions.filter((version) => version !== undefined)).size <= 1) return;
        if (Date.now() > deadline) throw internal('the nodes do not agree about the schema');
        await sleep(POLL_MS);
      }
    },
  };
}

/** Undefined for a node that is down or does not answer: it will learn of the change when it is back. */
const versionOf = (version: SchemaVersion): Promise<string | undefined> =>
  Promise.race([version().catch(() => undefined), sleep(ANSWER_WITHIN_MS, undefined, { ref: false })]);
