export { startNode } from './start-node.js';
export type {
  Behaviour,
  Effect,
  Fault,
  Misbehaviour,
  NodeAddresses,
  NodeUnderTest,
  NodeUnderTestOptions,
  NotServing,
  ServiceCommands,
} from './types.js';
