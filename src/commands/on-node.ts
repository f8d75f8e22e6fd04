import { ourselves, withLock } from '../system/lock.js';
import { folderOfNode } from './places.js';
import type { Tools } from './tools.js';

/**
 * Runs `work` while no other run works on this node, whichever store that uses: what one of them is loading the other one
 * would back up half empty, or replace. Rejects with `busy` at once.
 */
export async function onNode<T>(
  command: string,
  { engine, clock }: Tools,
  work: () => Promise<T>,
): Promise<T> {
  const directory = await folderOfNode(engine);
  return withLock(directory, ourselves(command, clock.now()), work, { file: 'none', what: 'node' });
}
