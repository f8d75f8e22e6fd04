import { exists, namesIn, removeTree, renameDurably } from '../system/files.js';
import type { Layout } from './layout.js';
import { finishedStaging } from './publish.js';
import { readManifest } from './read-backup.js';

/**
 * Puts a store right after a run that was cut off. A table whose two renames were cut in the middle has no folder of its
 * own: the finished new generation goes in, or else the newest older one comes back. Everything else in staging is
 * unfinished and goes.
 */
export async function repairStore(layout: Layout): Promise<readonly string[]> {
  const done: string[] = [];
  for (const label of await namesIn(layout.staging)) {
    for (const table of await namesIn(`${layout.staging}/${label}`)) {
      const finished = await finishedStaging(layout, label, table);
      const wasInterrupted = finished !== undefined && !(await exists(layout.table(table)));
      if (!wasInterrupted || !(await hasVersions(layout, table))) continue;
      await renameDurably(finished, layout.table(table));
      done.push(`finished publishing backup ${label} of ${table}, which was cut off`);
    }
    await removeTree(`${layout.staging}/${label}`);
    done.push(`removed what an interrupted run left of ${label}`);
  }
  for (const table of await namesIn(layout.versions(''))) {
    if (await exists(layout.table(table))) continue;
    const newest = await newestVersion(layout, table);
    if (newest === undefined) continue;
    await renameDurably(layout.version(table, newest), layout.table(table));
    done.push(`put back backup ${newest} of ${table}: publishing a newer one was cut off`);
  }
  return done;
}

const hasVersions = async (layout: Layout, table: string): Promise<boolean> =>
  (await namesIn(layout.versions(table))).length > 0;

async function newestVersion(layout: Layout, table: string): Promise<string | undefined> {
  let newest: { readonly name: string; readonly finishedAt: string } | undefined;
  for (const name of await namesIn(layout.versions(table))) {
    const manifest = await readManifest(layout.version(table, name));
    const finishedAt = typeof manifest === 'string' ? '' : manifest.finishedAt;
    if (!newest || finishedAt > newest.finishedAt) newest = { name, finishedAt };
  }
  return newest?.name;
}
