import { messageOf } from '../../errors.js';
import { waitUntil, type Clock } from '../../system/wait.js';
import type { Api } from './api.js';
import type { Cql } from './cql.js';
import type { Nodetool } from './nodetool.js';

export interface Doors {
  readonly api: Api;
  readonly cql: Cql;
  readonly nodetool: Nodetool;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Waits until a node that was started really serves. Its operation mode says NORMAL even on a node that serves nothing
 * (recorded nodetool 900 to 910), so each door is tried: the API lists, CQL answers, gossip runs.
 */
export async function waitUntilServing(
  { api, cql, nodetool, clock, signal }: Doors,
  deadlineMs: number,
): Promise<void> {
  await cql.close();
  const look = async () => {
    try {
      await cql.rows('SELECT key FROM system.local');
      await api.listTables();
      const gossip = await nodetool.gossip();
      return gossip === 'running' ? undefined : `gossip is ${gossip}`;
    } catch (error) {
      await cql.close();
      return messageOf(error);
    }
  };
  await waitUntil(look, {
    problem: 'The node does not serve',
    hint: 'Look at journalctl -u scylla-server; a larger --start-timeout gives it more time.',
    patience: { deadlineMs, firstMs: 200, mostMs: 1_000 },
    clock,
    signal,
  });
}
