import type { Engine } from '../engine/engine.js';
import { keyspaceOf } from '../model/table-name.js';
import type { Reporter } from '../terminal/reporter.js';
import type { Store } from './store.js';

/**
 * Only tags that a dead run wrote down are cleared, and only on the node that it ran on: nodes may share a store, and a note that
 * another node's run forgets is a snapshot that stays for ever. Everybody else's snapshots are not ours to judge. A note that cannot be
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
  const notes = await store.notedSnapshots();
  if (notes.length === 0) return;
  const own = (await engine.identify()).hostId;
  for (const { tag, keyspaces, hostId } of notes) {
    if (hostId !== undefined && hostId !== own) {
      report.info(`Snapshot ${tag} is on node ${hostId}: a run there will clear it`);
      continue;
    }
    const all = keyspaces ?? (await engine.listTables()).map(keyspaceOf);
    for (const keyspace of all) await engine.dropSnapshot(keyspace, tag);
    await store.forgetSnapshot(tag);
    const where = keyspaces ? '' : ' (its note is damaged: looked for in every table)';
    report.info(`Cleared snapshot ${tag}, which an interrupted run left${where}`);
  }
}
