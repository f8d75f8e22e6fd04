import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'cassandra-driver';
import type { NodeAddresses } from '../../../node-under-test/index.js';
import { differences, type Difference } from '../compare.js';
import { withoutGenerated } from './generated.js';
import { runNodetool } from './nodetool-replay.js';
import type { Counts, NodetoolCall } from './recorded.js';
import { componentsIn, fill } from './refresh-replay.js';
import { createOrders, scanCounts } from './tables.js';

const INDEXES = ['by-customer', 'by-status'];
const NOTICE_DEADLINE_MS = 60_000;
const SETTLE_MS = 10_000;

/**
 * Resolves when the three nodes have one schema and the views of a table are built on all of them: what is recorded was asked of a
 * ring at rest.
 */
export async function untilAtRest(
  node: NodeAddresses,
  table: string,
  views: readonly string[],
): Promise<void> {
  const ask = async (path: string) =>
    (await (await fetch(`${node.rest}${path}`)).json()) as readonly { readonly value: unknown }[];
  const isAtRest = async () => {
    if ((await ask('/storage_proxy/schema_versions')).length !== 1) return false;
    for (const view of views) {
      const name = encodeURIComponent(`${table}${view}`);
      const built = await ask(`/storage_service/view_build_statuses/alternator_${table}/${name}`);
      if (built.filter(({ value }) => value === 'SUCCESS').length !== 3) return false;
    }
    return true;
  };
  const deadline = Date.now() + NOTICE_DEADLINE_MS;
  while (!(await isAtRest())) {
    if (Date.now() > deadline) throw new Error(`the three nodes do not come to rest about ${table}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Resolves when this node has noticed that one of the others is gone; a killed one is seen after 13 to 19 s. */
export async function untilOneIsDown(node: NodeAddresses): Promise<void> {
  const deadline = Date.now() + NOTICE_DEADLINE_MS;
  for (;;) {
    const down = (await (await fetch(`${node.rest}/gossiper/endpoint/down`)).json()) as readonly string[];
    if (down.length === 1) return;
    if (Date.now() > deadline) throw new Error('nobody noticed that a node is down');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** A load on the first node while the third is down. */
export async function replayLoadWithOneDown(
  node: NodeAddresses,
  call: NodetoolCall & { readonly upload_left?: number; readonly counts_later?: Counts },
  source: string,
): Promise<readonly Difference[]> {
  const name = call.args[2] ?? '';
  await createOrders(node, name, true);
  const [directory = ''] = readdirSync(join(node.dataDirectory, `alternator_${name}`)).filter((entry) =>
    new RegExp(`^${name}-[0-9a-f]{32}$`).test(entry),
  );
  const folder = join(node.dataDirectory, `alternator_${name}`, directory);
  fill(join(folder, 'upload'), source, false);
  const uploaded = componentsIn(join(folder, 'upload')).length;
  const answer = runNodetool(node, call);
  const left = componentsIn(join(folder, 'upload')).length;
  await untilStagingIsEmpty(folder);
  const expected = call.counts ?? call.counts_later;
  const counts = await countsInTime(node, name, expected);
  return differences(
    {
      exit: call.exit,
      stderr: withoutGenerated(call.stderr, '<data>'),
      counts: expected,
      // One file more there: Scylla.db.
      isLeft: (call.upload_left ?? 0) > 0,
    },
    {
      exit: answer.exit,
      stderr: withoutGenerated(answer.stderr, node.dataDirectory),
      counts,
      isLeft: left === uploaded,
    },
    [],
  );
}

/** What is written to an index goes to the other nodes in the background; what does not come in some seconds is a difference. */
async function countsInTime(
  node: NodeAddresses,
  name: string,
  expected: Counts | undefined,
): Promise<Counts> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const counts = await scanCounts(node, name, INDEXES);
    if (JSON.stringify(counts) === JSON.stringify(expected) || Date.now() > deadline) return counts;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A view made while the third node is down: it waits for that node. */
export async function makeViewWithOneDown(node: NodeAddresses, client: Client): Promise<void> {
  await createOrders(node, 'okd', true);
  await client.execute(
    `CREATE MATERIALIZED VIEW "alternator_okd"."okd:by-zz" AS SELECT * FROM "alternator_okd"."okd"
     WHERE customer IS NOT NULL AND sk IS NOT NULL AND pk IS NOT NULL PRIMARY KEY (customer, sk, pk)`,
  );
  const deadline = Date.now() + NOTICE_DEADLINE_MS;
  const path = `${node.rest}/storage_service/view_build_statuses/alternator_okd/okd%3Aby-zz`;
  for (;;) {
    const states = (await (await fetch(path)).json()) as readonly { readonly value: string }[];
    if (states.filter(({ value }) => value === 'SUCCESS').length === 2) return;
    if (Date.now() > deadline)
      throw new Error(`the live nodes do not build the view: ${JSON.stringify(states)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function untilStagingIsEmpty(folder: string): Promise<void> {
  const deadline = Date.now() + NOTICE_DEADLINE_MS;
  while (readdirSync(join(folder, 'staging')).length > 0) {
    if (Date.now() > deadline) throw new Error(`${folder}/staging is never emptied`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
