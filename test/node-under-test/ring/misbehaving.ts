import type { Effect, Fault, Misbehaviour } from '../types.js';

export interface FaultyRequest {
  /** `refresh`, an operation of the API, `GET /`. */
  readonly on: string;
  readonly table?: string;
}

/** How a request can end. Ways that are missing are not those of its kind. */
export type Ways<T> = {
  /** As it should be. */
  readonly work: () => Promise<T>;
  readonly refuse: () => Promise<T>;
} & Partial<Record<Exclude<Effect, 'refuse' | 'hang' | 'stop' | 'kill'>, () => Promise<T>>>;

export type MeetFault = <T>(request: FaultyRequest, ways: Ways<T>) => Promise<T>;

interface Counted {
  readonly fault: Fault;
  seen: number;
  firstHit: number | undefined;
}

/** What one node does wrong, and what came of it. It outlives restarts of the node. */
export class Misbehaving {
  private current: Misbehaviour = {};
  private faults: readonly Counted[] = [];
  private hitSoFar: string[] = [];

  constructor(
    private readonly node: { stop(): Promise<void>; kill(): Promise<void> },
    private readonly now: () => number = Date.now,
  ) {}

  get how(): Misbehaviour {
    return this.current;
  }

  get hits(): readonly string[] {
    return this.hitSoFar;
  }

  get isIsolatedFromBoot(): boolean {
    return this.current.serves !== undefined && this.current.throughRestarts === true;
  }

  become(how: Misbehaviour): void {
    this.current = how;
    this.faults = (how.faults ?? []).map((fault) => ({ fault, seen: 0, firstHit: undefined }));
    this.hitSoFar = [];
  }

  /** Answers a request, or lets happen to it what was told. */
  async meetFault<T>(request: FaultyRequest, ways: Ways<T>): Promise<T> {
    const fault = this.take(request);
    if (fault === undefined) return ways.work();
    const { on, table } = request;
    this.hitSoFar.push(`${[on, table].filter((part) => part !== undefined).join(' ')}: ${fault.does}`);
    if (fault.done === true) await ways.work();
    switch (fault.does) {
      case 'refuse':
        return ways.refuse();
      case 'hang':
        return never();
      case 'stop':
      case 'kill':
        // The doors close meanwhile, and cut the connection of whoever asked.
        void this.node[fault.does]();
        return never();
      case 'already loading':
      case 'load half':
      case 'lose the TOC': {
        const way = ways[fault.does];
        if (way === undefined) throw new Error(`${on} cannot ${fault.does}`);
        return way();
      }
    }
  }

  /** Counts for every fault; the first one that hits is taken. */
  private take({ on, table }: FaultyRequest): Fault | undefined {
    let taken: Fault | undefined;
    for (const counted of this.faults) {
      const { fault } = counted;
      const isAsked = fault.on === on || (fault.on === '*' && on !== 'refresh');
      if (!isAsked || (fault.table !== undefined && fault.table !== table)) continue;
      const number = counted.seen;
      counted.seen += 1;
      if (taken !== undefined || !this.isHit(counted, number)) continue;
      counted.firstHit ??= this.now();
      taken = fault;
    }
    return taken;
  }

  private isHit({ fault, firstHit }: Counted, number: number): boolean {
    const { after = 0, times = Number.POSITIVE_INFINITY, forMs = Number.POSITIVE_INFINITY } = fault;
    if (number < after || number >= after + times) return false;
    return firstHit === undefined || this.now() - firstHit < forMs;
  }
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
