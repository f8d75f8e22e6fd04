import { readFileSync } from 'node:fs';
import type { TestContext } from 'vitest';
import { startNode, type NodeUnderTest, type NodeUnderTestOptions } from '../../node-under-test/index.js';
import type { NodeAddresses } from '../../node-under-test/types.js';

/** A node to test against: one that we start, or somebody else's. */
export interface OpenedNode {
  readonly addresses: NodeAddresses;
  /** Ours, with the powers of a stand-in; undefined for a foreign node. */
  readonly standIn: NodeUnderTest | undefined;
  close(): Promise<void>;
}

/** What `ALTERNATOR_BACKUP_TEST_NODE` names: one JSON file, described in ARCHITECTURE.md. */
const FOREIGN = process.env['ALTERNATOR_BACKUP_TEST_NODE'];

/** Starts a node, or opens the foreign one that the environment names; options are for ours only. */
export async function openNode(options: NodeUnderTestOptions = {}): Promise<OpenedNode> {
  if (FOREIGN !== undefined) {
    const addresses = JSON.parse(readFileSync(FOREIGN, 'utf8')) as NodeAddresses;
    return { addresses, standIn: undefined, close: async () => undefined };
  }
  const standIn = await startNode(options);
  return { addresses: standIn, standIn, close: () => standIn.stop() };
}

/** For tests that need a stand-in's powers (its disk, its death, its behaviour); they skip on a foreign node and say so. */
export function needStandIn(
  node: OpenedNode,
  { skip }: Pick<TestContext, 'skip'>,
  power: string,
): NodeUnderTest {
  if (!node.standIn) skip(`NOT RUN on a foreign node: needs ${power}`);
  return node.standIn!;
}
