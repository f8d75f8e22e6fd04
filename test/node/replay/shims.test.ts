import { afterAll, describe, expect, it } from 'vitest';
import { startNode, type NodeUnderTest, type NodeUnderTestOptions } from '../../node-under-test/index.js';
import { makeSlowTable, whileBuilding } from './shims/building.js';
import { createOrdersByCql, makeCqlTarget, putOrdersByCql, snapshotFolder } from './shims/cql-tables.js';
import { replayConcurrentLoads } from './shims/concurrent-loads.js';
import { replayManyItems } from './shims/many-items.js';
import { replayNodetool } from './shims/nodetool-replay.js';
import { calls, Player } from './shims/player.js';
import { SERVER_USER } from './shims/file-damage.js';
import { replayRefresh, sourceOf } from './shims/refresh-replay.js';
import { makeManyItems, makeSource, makeSources } from './shims/refresh-sources.js';
import { replayDamagedSnapshot, replayViewRefresh } from './shims/refresh-special.js';
import { cqlClient, makeTarget } from './shims/refresh-target.js';
import { replayRest } from './shims/rest-replay.js';
import { makeTables, makeTablesForCql } from './shims/set-up.js';
import {
  makeViewWithOneDown,
  replayLoadWithOneDown,
  untilAtRest,
  untilOneIsDown,
} from './shims/three-nodes.js';

const player = new Player();
const NON_ROOT = [571, 582] as const;
const isRoot = process.geteuid?.() === 0;

/** One node and a CQL client for a group of tests that go on where the one before ended. */
function node(options: NodeUnderTestOptions) {
  const started = startOnce(options);
  afterAll(async () => {
    await (await started.peek())?.stop();
  });
  const withNode = (title: string, test: (running: NodeUnderTest) => Promise<void>) => {
    it(title, async () => {
      await test(await started.get());
      // As one text: a list is not shown where only the message is.
      expect(player.problems().join('\n')).toBe('');
    });
  };
  return { it: withNode };
}

function startOnce(options: NodeUnderTestOptions) {
  let running: Promise<NodeUnderTest> | undefined;
  return { get: () => (running ??= startNode(options)), peek: async () => running };
}

async function clear(running: NodeUnderTest, query: string): Promise<void> {
  const { status } = await fetch(`${running.rest}/storage_service/snapshots${query}`, { method: 'DELETE' });
  expect(status).toBe(200);
}

describe('nodetool, REST and CQL of the node under test answer as the recorded Scylla did', () => {
  describe('on one node', () => {
    const one = node({ behaviour: { indexFillMs: 100 } });

    one.it('without tables', async (running) => {
      await player.nodetool(running, 1, 35);
      await player.rest(running, 1, 2);
    });

    one.it('about snapshots by nodetool, with all kinds of names', async (running) => {
      await makeTables(running);
      await player.nodetool(running, 101, 183);
      // The recorder did away with this one before it went on.
      await clear(running, `?tag=${'t'.repeat(255)}`);
      await player.nodetool(running, 191, 224);
    });

    one.it('while it is cut off after an I/O error', async (running) => {
      await clear(running, '?tag=bad2');
      await player.nodetool(running, 900, 910);
      await player.rest(running, 901, 906);
      await running.kill();
      await running.start();
    });

    one.it('by REST', async (running) => {
      await clear(running, '');
      await player.rest(running, 3, 27);
      await clear(running, '?tag=r17');
      await player.rest(running, 28, 199);
    });

    one.it('by CQL', async (running) => {
      await makeTablesForCql(running);
      const client = cqlClient(running);
      await player.cql(client, 1, 200);
      await client.shutdown();
    });

    one.it('about loading files, whole and damaged', async (running) => {
      const client = cqlClient(running);
      await player.nodetool(running, 321, 331);
      const sources = await makeSources(running, client);
      const indexed = await makeTarget(running, client, 'rf1', true);
      const bare = await makeTarget(running, client, 'rf2', false);
      for (const [from, to] of [
        [301, 314],
        [334, 469],
        [501, 532],
      ] as const) {
        await player.play('nodetool', [from, to], (call) => {
          const isBare = Object.keys(call.counts_at_once ?? {}).length === 1;
          return replayRefresh(call, sourceOf(call, sources), isBare ? bare : indexed);
        });
      }
      await player.play('nodetool', [332, 333], (call) => replayViewRefresh(running, call, sources));
      await player.play('nodetool', [244, 244], (call) => replayDamagedSnapshot(running, call, sources));
      await client.shutdown();
    });

    one.it('about many items, two loads at a time, and a view that is being built', async (running) => {
      const client = cqlClient(running);
      const many = await makeManyItems(running, client, 'srcMany', 20_000);
      await player.play('nodetool', [481, 482], (call) => replayManyItems(running, call, many));
      for (const [call, found] of await replayConcurrentLoads(running, calls('nodetool', 483, 486), many)) {
        player.note('nodetool', call, found);
      }
      await makeSlowTable(running, client, many);
      await player.play('nodetool', [231, 232], (call) => {
        const args = call.args.map((word) => word.replaceAll('slow2', 'slow'));
        return whileBuilding(client, () => replayNodetool(running, { ...call, args }));
      });
      await player.play('rest', [201, 202], (call) => {
        const path = call.path.replaceAll('slow2', 'slow');
        return whileBuilding(client, () => replayRest(running, { ...call, path }));
      });
      await client.shutdown();
    });
  });

  describe('on a node that asks for logins and does not run as root', () => {
    const guarded = node({
      authorization: true,
      behaviour: { indexFillMs: 100 },
      ...(isRoot ? { runAs: SERVER_USER } : {}),
    });

    guarded.it('about owners of files, without asking for a login', async (running) => {
      const client = cqlClient(running, running.credentials);
      await createOrdersByCql(client, 'orders');
      await putOrdersByCql(client, 'orders', 200);
      await player.nodetool(running, 551, 551);
      const source = snapshotFolder(running, 'orders', 'a');
      const target = await makeCqlTarget(running, client, 'rf1', SERVER_USER);
      if (isRoot) await player.play('nodetool', NON_ROOT, (call) => replayRefresh(call, source, target));
      else
        player.tallies.nodetool.leaveOut(
          NON_ROOT,
          'only root can make files of another owner: run the tests as root',
        );
      await client.shutdown();
    });
  });

  describe('on three nodes', () => {
    const ring = node({ nodes: 3, behaviour: { indexFillMs: 100 } });

    ring.it('all up, and one down', async (running) => {
      const client = cqlClient(running);
      const parts = [{ count: 200, partitions: 20 }];
      const source = await makeSource(running, client, { table: 'orders', indexes: true, parts });
      await untilAtRest(running, 'orders', [':by-customer', '!:by-status']);
      await player.nodetool(running, 601, 606);
      await player.rest(running, 221, 226);
      await player.cql(client, 431, 433);

      await running.kill(3);
      await untilOneIsDown(running);
      await player.nodetool(running, 607, 609);
      await player.rest(running, 227, 229);
      await player.play('nodetool', [610, 611], (call) => replayLoadWithOneDown(running, call, source));
      await makeViewWithOneDown(running, client);
      await player.nodetool(running, 612, 612);
      await player.rest(running, 230, 230);
      await client.shutdown();
    });
  });

  it('with every exception that is listed, and no more', () => {
    expect(Object.values(player.tallies).flatMap((tally) => tally.idleExceptions())).toEqual([]);
  });

  it('in every recording that is not named as out of scope', () => {
    expect(Object.values(player.tallies).flatMap((tally) => tally.forgotten())).toEqual([]);
  });

  afterAll(() => {
    process.stdout.write(player.summary());
  });
});
