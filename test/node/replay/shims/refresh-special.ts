import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAddresses } from '../../../node-under-test/index.js';
import { differences, type Difference } from '../compare.js';
import { withoutGenerated } from './generated.js';
import { replayNodetool, runNodetool } from './nodetool-replay.js';
import type { NodetoolCall } from './recorded.js';
import { prepare } from './refresh-damage.js';
import { componentsIn, fill, recordedComponents } from './refresh-replay.js';
import type { Sources } from './refresh-sources.js';
import { createOrders, scanCounts, tableDirectory } from './tables.js';

/** SSTables of a view in the `upload/` of that view. */
export async function replayViewRefresh(
  node: NodeAddresses,
  call: NodetoolCall,
  sources: Sources,
): Promise<readonly Difference[]> {
  // The two recordings were made one after the other, with the same files.
  const isFirst = !readdirSync(node.dataDirectory).includes('alternator_rvv');
  if (isFirst) await createOrders(node, 'rvv', true);
  const upload = join(await tableDirectory(node, 'alternator_rvv', 'rvv:by-customer'), 'upload');
  if (isFirst) fill(upload, sources.view, false);
  const answer = runNodetool(node, call);
  const counts = await scanCounts(node, 'rvv', ['by-customer', 'by-status']);
  return differences(
    {
      exit: call.exit,
      stderr: withoutGenerated(call.stderr, '<data>'),
      upload_after: recordedComponents(call.upload_after ?? []),
      counts: call.counts,
    },
    {
      exit: answer.exit,
      stderr: withoutGenerated(answer.stderr, node.dataDirectory),
      upload_after: componentsIn(upload),
      counts,
    },
    [],
  );
}

/** A snapshot of a table that holds an SSTable with a changed byte, which a refresh has let in. */
export async function replayDamagedSnapshot(
  node: NodeAddresses,
  call: NodetoolCall,
  sources: Sources,
): Promise<readonly Difference[]> {
  await createOrders(node, 'dmg2', false);
  const upload = join(await tableDirectory(node, 'alternator_dmg2', 'dmg2'), 'upload');
  fill(upload, sources.oneItem, false);
  prepare(upload, { ...call, prepared: 'byte 5 of 44 of Data.db changed' });
  const loaded = runNodetool(node, call, ['refresh', 'alternator_dmg2', 'dmg2']);
  if (loaded.exit !== 0) throw new Error(`the damaged file was not let in: ${loaded.stderr}`);
  return replayNodetool(node, call);
}
