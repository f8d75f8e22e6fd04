import { KnownError } from '../../errors.js';
import { waitUntil, type Clock } from '../../system/wait.js';
import type { NodeIdentity } from '../engine.js';
import type { Cql, Row } from './cql.js';

/** What this node says of itself and of its peers (`system.local`, `system.peers`). */
export async function identifyNode(cql: Cql): Promise<NodeIdentity> {
  const [local] = await cql.rows('SELECT * FROM system.local');
  if (!local) throw new KnownError('database', 'The node says nothing of itself: system.local is empty');
  const peers = await cql.rows('SELECT peer, data_center, rack, host_id, schema_version FROM system.peers');

  const datacenter = text(local, 'data_center');
  const nodes: Record<string, number> = { [datacenter]: 1 };
  for (const peer of peers) {
    const where = text(peer, 'data_center');
    nodes[where] = (nodes[where] ?? 0) + 1;
  }
  return {
    ...(await engineVersion(cql, text(local, 'release_version'))),
    hostId: text(local, 'host_id'),
    address: text(local, 'listen_address', 'broadcast_address', 'rpc_address'),
    rack: text(local, 'rack'),
    topology: { datacenter, nodes },
    nodeCount: peers.length + 1,
    racks: new Set(
      [local, ...peers]
        .filter((row) => text(row, 'data_center') === datacenter)
        .map((row) => text(row, 'rack')),
    ).size,
  };
}

/** Scylla's release_version is a fake for drivers (`3.0.8`); its real one is in a table that Cassandra does not have. */
async function engineVersion(cql: Cql, release: string): Promise<Pick<NodeIdentity, 'engine' | 'version'>> {
  const [scylla] = (await cql.rowsIfAny('SELECT version FROM system.versions')) ?? [];
  return scylla
    ? { engine: 'Scylla', version: text(scylla, 'version') }
    : { engine: 'Cassandra', version: release };
}

/**
 * The one schema version of the ring. A peer that is down keeps the version it had last, so a ring with a node missing may
 * never agree; the message says who differs.
 */
export async function agreedSchemaVersion(cql: Cql, clock: Clock, signal: AbortSignal): Promise<string> {
  let agreed = '';
  const look = async () => {
    const [local] = await cql.rows('SELECT schema_version FROM system.local');
    const peers = await cql.rows('SELECT peer, schema_version FROM system.peers');
    agreed = local ? text(local, 'schema_version') : '';
    const others = peers.filter((peer) => text(peer, 'schema_version') !== agreed);
    if (agreed !== '' && others.length === 0) return undefined;
    return `${others.map((peer) => text(peer, 'peer')).join(', ')} differ from this node`;
  };
  await waitUntil(look, {
    problem: 'The nodes do not agree on one schema version',
    hint: 'nodetool describecluster shows who differs; nodetool status shows who is down.',
    patience: { deadlineMs: 60_000, firstMs: 200, mostMs: 2_000 },
    clock,
    signal,
  });
  return agreed;
}

/** The first of these columns that has a value. */
function text(row: Row, ...columns: readonly string[]): string {
  for (const column of columns) {
    const value: unknown = row[column];
    // Texts, and the driver's own Uuid and InetAddress, which know how to print themselves.
    if (value !== undefined && value !== null) return (value as { toString(): string }).toString();
  }
  return '';
}

/** Of `nodetool status`: every node line but those of `UN`, up and normal. */
export const absentNodesIn = (status: string): readonly string[] =>
  status
    .split('\n')
    .flatMap((line) => /^([UD?][NLJM?])\s+(\S+)/.exec(line)?.slice(1, 3).join(' ') ?? [])
    .filter((node) => !node.startsWith('UN '));
