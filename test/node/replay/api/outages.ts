import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { NodeUnderTest } from '../../../node-under-test/types.js';

const COMMAND_WITHIN_MS = 60_000;
const NOTICED_WITHIN_MS = 30_000;
const POLL_MS = 100;

/** Runs an argument list of the node; rejects when it fails. */
export const run = async ([program = '', ...rest]: readonly string[]): Promise<void> => {
  await promisify(execFile)(program, rest, { timeout: COMMAND_WITHIN_MS });
};

/** Stops the third node and waits until the first one has noticed. */
export async function stopThirdNode({ nodes, endpoint }: NodeUnderTest): Promise<void> {
  const [, , third] = nodes;
  if (third === undefined) throw new Error('the ring has no third node');
  await run(third.service.stop);
  const deadline = Date.now() + NOTICED_WITHIN_MS;
  for (;;) {
    const answer = await fetch(`${endpoint}/localnodes`);
    if (((await answer.json()) as readonly string[]).length < nodes.length) return;
    if (Date.now() > deadline)
      throw new Error('the first node did not notice that the third one was stopped');
    await sleep(POLL_MS);
  }
}

/** A snapshot tag too long for a file name makes a Scylla shut down its communications (recorded nodetool 900). */
export async function isolate({ nodetool }: NodeUnderTest): Promise<void> {
  const command = [...nodetool, 'snapshot', '-t', 'x'.repeat(256), 'alternator_prov00'];
  const failed = await run(command).then(
    () => false,
    () => true,
  );
  if (!failed) throw new Error('a snapshot with a tag of 256 characters succeeded');
}
