import type { Engine } from '../engine/engine.js';
import type { Reporter } from '../terminal/reporter.js';
import type { Store } from './store.js';

/** Only tags that a dead run wrote down are cleared; everybody else's snapshots are not ours to judge. */
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
    for (const keyspace of keyspaces) await engine.dropSnapshot(keyspace, tag);
    await store.forgetSnapshot(tag);
    report.info(`Cleared snapshot ${tag}, which an interrupted run left`);
  }
}
