export { startNode } from './start-node.js';
export type {
  Behaviour,
  NodeAddresses,
  NodeUnderTest,
  NodeUnderTestOptions,
  ServiceCommands,
} from './types.js';
