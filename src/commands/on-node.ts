import { join } from 'node:path';
import { KnownError } from '../errors.js';
import { SAFETY } from '../restore/safety-copy.js';
import { namesIn } from '../system/files.js';
import { ourselves, withLock } from '../system/lock.js';
import { folderOfNode } from './places.js';
import type { Tools } from './tools.js';

/**
 * Runs `work` while no other run works on this node, whichever store that uses: what one of them is loading the other one
 * would back up half empty, or replace. Rejects with `busy` at once. Warns of tables that an earlier restore left in doubt.
 */
export async function onNode<T>(command: string, tools: Tools, work: () => Promise<T>): Promise<T> {
  const { engine, clock } = tools;
  const directory = await folderOfNode(engine);
  return withLock(
    directory,
    ourselves(command, clock.now()),
    async () => {
      await tellLeftCopies(tools);
      return work();
    },
    { file: 'none', what: 'node' },
  );
}

/** Nobody restores now: a copy that no journal knows is of a version of this tool that kept none. */
async function tellLeftCopies({ engine, journals, report }: Tools): Promise<void> {
  const copies = join(await engine.workDirectory(), SAFETY);
  try {
    const { jobs, damaged } = await journals.list();
    const known = new Set([...jobs, ...damaged].map(({ id }) => id));
    for (const run of (await namesIn(copies)).filter((name) => !known.has(name))) {
      for (const table of await namesIn(join(copies, run))) {
        report.warn(
          `A restore of ${table} did not come to a good end: the table as it was before is in ` +
            `${join(copies, run, table)}. What is in ${table} now may not be all; remove the copy when it is.`,
        );
      }
    }
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    // Whoever may not look there cannot restore either.
    report.remark(error.message);
  }
}
