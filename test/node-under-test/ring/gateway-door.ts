import { startGateway, type Gateway, type GatewayOptions } from '../gateway/index.js';
import type { Door } from './ring-node.js';

export interface GatewayDoor extends Door {
  /** Brings rows that were loaded without the columns of a global index into that index (gateway/index.ts). */
  fillGlobalIndexes(table: string): Promise<void>;
}

/** The Alternator port of one node. Closing it twice is no error: an isolated node is closed before it stops. */
export async function openGateway(options: GatewayOptions): Promise<GatewayDoor> {
  const gateway: Gateway = await startGateway(options);
  let closed: Promise<void> | undefined;
  return {
    fillGlobalIndexes: (table) => gateway.fillGlobalIndexes(table),
    close: () => (closed ??= gateway.close()),
  };
}
