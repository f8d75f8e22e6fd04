import { describe, expect, it } from 'vitest';
import { nodeHoldsWholeTable, type Replication } from '../../../src/model/ring-share.js';

const nts = 'org.apache.cassandra.locator.NetworkTopologyStrategy';

describe("One node's files are the whole table (T-38)", () => {
  it.each<[string, Replication, Record<string, number>, boolean]>([
    ['one node', { class: nts, dc1: '1' }, { dc1: 1 }, true],
    ['three nodes, three copies', { class: nts, dc1: '3' }, { dc1: 3 }, true],
    ['three nodes, one copy', { class: nts, dc1: '1' }, { dc1: 3 }, false],
    ['three nodes, two copies', { class: nts, dc1: '2' }, { dc1: 3 }, false],
    ['a copy in each rack of three (2025.4)', { class: nts, dc1: "['r1', 'r2', 'r3']" }, { dc1: 3 }, true],
    ['two racks of three nodes', { class: nts, dc1: "['r1', 'r2']" }, { dc1: 3 }, false],
    [
      'whole in this data centre, more elsewhere',
      { class: nts, dc1: '2', dc2: '3' },
      { dc1: 2, dc2: 5 },
      true,
    ],
    ['nothing in this data centre', { class: nts, dc2: '3' }, { dc1: 2, dc2: 3 }, false],
    ['SimpleStrategy over all', { class: 'SimpleStrategy', replication_factor: '3' }, { dc1: 3 }, true],
    ['SimpleStrategy with fewer', { class: 'SimpleStrategy', replication_factor: '2' }, { dc1: 3 }, false],
    ['everywhere', { class: 'org.apache.cassandra.locator.EverywhereStrategy' }, { dc1: 5 }, true],
    ['a strategy that nobody knows', { class: 'Odd' }, { dc1: 2 }, false],
  ])('%s', (_, replication, nodes, whole) => {
    expect(nodeHoldsWholeTable(replication, { datacenter: 'dc1', nodes })).toBe(whole);
  });
});
