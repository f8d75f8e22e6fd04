import { KnownError, messageOf } from '../../errors.js';
import { isListening } from '../../system/port.js';
import { waitUntil, type Clock } from '../../system/wait.js';
import type { Startable } from '../engine.js';
import type { Api } from './api.js';
import type { Cql } from './cql.js';
import { healthProblem } from './health.js';
import type { Nodetool } from './nodetool.js';

export interface Doors {
  readonly endpoint: string;
  readonly cqlHost: string;
  readonly cqlPort: number;
  readonly api: Api;
  readonly cql: Cql;
  readonly nodetool: Nodetool;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Waits until a node that was started really serves. Its operation mode says NORMAL even on a node that serves nothing
 * (recorded nodetool 900 to 910), so each door is tried, the cheap ones first: the service is active, somebody listens, the
 * API is healthy, CQL answers, the API lists, gossip runs.
 */
export async function waitUntilServing(doors: Doors, deadlineMs: number, service?: Startable): Promise<void> {
  const { cql, clock, signal } = doors;
  await cql.close();
  const look = async () => {
    try {
      return await notServing(doors, service);
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

/** The same, once and without waiting. Rejects with `unavailable`. */
export async function expectNodeServing(doors: Doors): Promise<void> {
  const problem = await notServing(doors, undefined);
  if (problem === undefined) return;
  throw new KnownError('unavailable', `The node does not serve: ${problem}`, {
    changed: 'Nothing was done.',
    hint: 'Look at journalctl -u scylla-server.',
  });
}

/** The first door that is closed, as a clause. */
async function notServing(
  { endpoint, cqlHost, cqlPort, api, cql, nodetool }: Doors,
  service: Startable | undefined,
): Promise<string | undefined> {
  if (service && !(await service.isActive())) return `${service.name} is not active`;
  if (!(await isListening(cqlHost, cqlPort))) return `nobody listens on ${cqlHost}:${cqlPort} (CQL)`;
  const unhealthy = await healthProblem(endpoint);
  if (unhealthy !== undefined) return unhealthy;
  await cql.rows('SELECT key FROM system.local');
  await api.listTables();
  const gossip = await nodetool.gossip();
  return gossip === 'running' ? undefined : `gossip is ${gossip}`;
}
