import type { Behaviour, NodeAddresses, NodeUnderTest } from './types.js';

/** First line on the supervisor's stdin. */
export interface SupervisorOptions {
  readonly nodes: 1 | 2 | 3;
  readonly root?: string;
  readonly behaviour: Behaviour;
  readonly authorization: boolean;
  readonly user?: number;
  /** Folder of the Java sources. */
  readonly javaSources: string;
  /** Stay when stdin ends; then only `POST /shutdown` or a signal ends the ring. */
  readonly outlivesParent: boolean;
}

export interface RingDescription {
  readonly root: string;
  /** Process id of the supervisor. */
  readonly supervisor: number;
  /** `http://127.0.0.1:port` of the supervisor itself. */
  readonly control: string;
  readonly nodes: readonly NodeAddresses[];
  readonly credentials?: NonNullable<NodeUnderTest['credentials']>;
}

/** One line each on the supervisor's stdout. */
export type SupervisorMessage =
  { readonly progress: string } | { readonly ready: RingDescription } | { readonly failed: string };
