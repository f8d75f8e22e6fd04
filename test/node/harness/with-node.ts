import { afterAll, beforeAll } from 'vitest';
import type { NodeUnderTestOptions } from '../../node-under-test/index.js';
import { openNode, type OpenedNode } from './open-node.js';
import { openReader, type Reader } from './reader.js';
import { openTool, type Tool } from './tool.js';

/** A node, a reader of its own, and the tool beside it, for all tests of a `describe`. */
export interface NodeBench {
  readonly node: OpenedNode;
  readonly reader: Reader;
  readonly tool: Tool;
}

/** To be called in a `describe`; the parts are there when its tests run, and gone after them. */
export function withNode(options: NodeUnderTestOptions = {}): NodeBench {
  let bench: NodeBench | undefined;
  const opened = () => {
    if (!bench) throw new Error('the node is there in tests only');
    return bench;
  };
  beforeAll(async () => {
    const node = await openNode(options);
    bench = { node, reader: openReader(node.addresses), tool: openTool(node.addresses) };
  });
  afterAll(async () => {
    bench?.reader.close();
    bench?.tool.close();
    await bench?.node.close();
  });
  return {
    get node() {
      return opened().node;
    },
    get reader() {
      return opened().reader;
    },
    get tool() {
      return opened().tool;
    },
  };
}
