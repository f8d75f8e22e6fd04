import { KnownError } from '../errors.js';
import { isTableName } from '../model/table-name.js';
import { namesIn } from '../system/files.js';
import type { Layout } from './layout.js';
import { readManifest } from './read-backup.js';
import { foldersIn } from './stand-in.js';

/**
 * `Store.labels`. What cannot be read of one table is left out, since it must not stop the others: its own backup is refused
 * when it is begun or published.
 */
export async function takenLabels(root: string, layout: Layout): Promise<ReadonlySet<string>> {
  const taken = new Set<string>();
  for (const name of (await namesIn(root)).filter(isTableName)) {
    const manifest = await ifReadable(() => readManifest(layout.table(name)));
    if (manifest !== undefined && typeof manifest !== 'string') taken.add(manifest.label);
  }
  for (const table of await foldersIn(layout.versions(''))) {
    for (const label of (await ifReadable(() => foldersIn(layout.versions(table)))) ?? []) taken.add(label);
  }
  for (const label of await foldersIn(layout.staging)) taken.add(label);
  return taken;
}

async function ifReadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof KnownError && error.kind === 'files') return undefined;
    throw error;
  }
}
