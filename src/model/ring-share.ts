/** One keyspace's replication, as `system_schema.keyspaces` holds it: `class` and one count for each data centre. */
export type Replication = Readonly<Record<string, string>>;

export interface Topology {
  readonly datacenter: string;
  /** How many nodes the ring has, by data centre; this node included. */
  readonly nodes: Readonly<Record<string, number>>;
}

/**
 * Whether one node's files hold every row of a keyspace: that is so where its data centre keeps as many copies as it has
 * nodes. Anything else is a share of the table, and a backup of a share is not a backup of the table.
 */
export function nodeHoldsWholeTable(replication: Replication, topology: Topology): boolean {
  const local = topology.nodes[topology.datacenter] ?? 0;
  const total = Object.values(topology.nodes).reduce((sum, count) => sum + count, 0);
  if (total === 1) return true;
  const strategy = (replication['class'] ?? '').split('.').at(-1);
  if (strategy === 'SimpleStrategy') return copies(replication['replication_factor']) >= total;
  if (strategy === 'NetworkTopologyStrategy') return copies(replication[topology.datacenter]) >= local;
  return strategy === 'EverywhereStrategy';
}

/** A count (`3`) or, since 2025.4, a list of racks (`['r1', 'r2']`), each holding one copy. */
function copies(factor: string | undefined): number {
  if (factor === undefined) return 0;
  const racks = /^\[(.*)\]$/.exec(factor.trim());
  if (racks) return (racks[1] ?? '').split(',').filter((rack) => rack.trim() !== '').length;
  return Number.parseInt(factor, 10) || 0;
}

/**
 * Whether a ring has the nodes that a replication asks for (`{'class': '…', 'dc1': '3'}`): a server takes any number, and then
 * no quorum can be had. A data centre that is not there counts as one without nodes.
 */
export function canHold(replication: string, { nodes }: Topology): boolean {
  const total = Object.values(nodes).reduce((sum, count) => sum + count, 0);
  return [...replication.matchAll(/'([^']+)' *: *('[^']*'|\d+|\[[^\]]*\])/g)].every(
    ([, name = '', value = '']) => {
      if (name === 'class') return true;
      const wanted = copies(value.replace(/^'|'$/g, ''));
      return wanted <= (name === 'replication_factor' ? total : (nodes[name] ?? 0));
    },
  );
}
