import type { Engine } from '../engine/engine.js';
import { keyspaceOf } from '../model/table-name.js';
import type { Reporter } from '../terminal/reporter.js';
import type { Store } from './store.js';

/**
 * Only tags that a dead run wrote down are cleared; everybody else's snapshots are not ours to judge. A note that cannot be
 * read stops no run: the tag is its name, and nobody else has a snapshot under it, whatever table that is of.
 */
export async function clearNotedSnapshots({
  store,
  engine,
  report,
}: {
  readonly store: Store;
  readonly engine: Engine;
  readonly report: Reporter;
}): Promise<void> {
  for (const { tag, keyspaces } of await store.notedSnapshots()) {
    const all = keyspaces ?? (await engine.listTables()).map(keyspaceOf);
    for (const keyspace of all) await engine.dropSnapshot(keyspace, tag);
    await store.forgetSnapshot(tag);
    const where = keyspaces ? '' : ' (its note is damaged: looked for in every table)';
    report.info(`Cleared snapshot ${tag}, which an interrupted run left${where}`);
  }
}
