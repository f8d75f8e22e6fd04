import { quoteString } from '../cql/quoting.js';
import { mapEntries, stringIn } from '../cql/with-options.js';

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
export function canHold(replication: string, topology: Topology): boolean {
  return wantedCopies(replication, topology).every(({ wanted, nodes }) => wanted <= nodes);
}

/**
 * The same replication with as many copies as this ring has nodes for: what it can hold stays as it is written, a data centre
 * that is not there goes. Where nothing is left, this data centre gets what Alternator gives it.
 */
export function fittingReplication(replication: string, topology: Topology): string {
  const entries = mapEntries(replication);
  const kept = wantedCopies(replication, topology).flatMap(({ name, text, wanted, nodes }) => {
    if (wanted <= nodes) return [[name, text] as const];
    return nodes === 0 ? [] : [[name, `'${nodes}'`] as const];
  });
  const local = topology.nodes[topology.datacenter] ?? 1;
  const given = kept.length > 0 ? kept : [[topology.datacenter, `'${local >= 3 ? 3 : 1}'`] as const];
  const parts = [['class', entries.get('class') ?? "'NetworkTopologyStrategy'"] as const, ...given];
  return `{${parts.map(([name, text]) => `${quoteString(name)}: ${text}`).join(', ')}}`;
}

interface Wanted {
  /** A data centre, or `replication_factor`. */
  readonly name: string;
  readonly text: string;
  readonly wanted: number;
  /** How many there are to hold them. */
  readonly nodes: number;
}

function wantedCopies(replication: string, { nodes }: Topology): readonly Wanted[] {
  const entries = mapEntries(replication);
  const counts = Object.values(nodes);
  const isSimple = stringIn(entries.get('class') ?? '').endsWith('SimpleStrategy');
  // NetworkTopologyStrategy keeps a general factor in every data centre.
  const general = isSimple ? counts.reduce((sum, count) => sum + count, 0) : Math.min(...counts);
  return [...entries].flatMap(([name, text]) =>
    name === 'class'
      ? []
      : [
          {
            name,
            text,
            wanted: copies(stringIn(text)),
            nodes: name === 'replication_factor' ? general : (nodes[name] ?? 0),
          },
        ],
  );
}
