import cassandra from 'cassandra-driver';

export interface CqlAddress {
  readonly host: string;
  readonly port: number;
  readonly datacenter: string;
  readonly username?: string;
  readonly password?: string;
}

/** The driver of one node: connected when first needed, given up and made anew when it thinks that the node is down. */
export interface CqlConnection {
  current(): Promise<cassandra.Client>;
  /** A connected driver other than `stale`. */
  renewed(stale: cassandra.Client): Promise<cassandra.Client>;
  close(): Promise<void>;
}

const RECONNECT_MS = 200;
const CONNECT_WITHIN_MS = 2_000;
const ANSWER_WITHIN_MS = 15_000;

/**
 * All gateways of a process take write times from here: with one generator each, a second write through another gateway
 * within the same millisecond could carry the earlier time and be lost.
 */
const writeTimes = new cassandra.policies.timestampGeneration.MonotonicTimestampGenerator(0, 0);

export function cqlConnection(address: CqlAddress): CqlConnection {
  let opening: Promise<cassandra.Client> | undefined;
  let opened: cassandra.Client | undefined;
  let closed = false;

  const open = async (): Promise<cassandra.Client> => {
    const client = newClient(address);
    try {
      await client.connect();
      opened = client;
      return client;
    } catch (error) {
      opening = undefined;
      await client.shutdown();
      throw error;
    }
  };
  const current = async (): Promise<cassandra.Client> => {
    if (closed) throw new Error('the gateway is closed');
    opening ??= open();
    return opening;
  };

  return {
    current,
    async renewed(stale) {
      if (opened === stale) {
        opened = undefined;
        opening = undefined;
        await stale.shutdown();
      }
      return current();
    },
    async close() {
      closed = true;
      const last = await opening?.catch(() => undefined); // failed to connect: shut down already, and reported
      await last?.shutdown();
    },
  };
}

/** Only the given node is asked, as each Scylla node answers for itself. */
function newClient({ host, port, datacenter, username, password }: CqlAddress): cassandra.Client {
  const { loadBalancing, reconnection } = cassandra.policies;
  const balancing = new loadBalancing.DCAwareRoundRobinPolicy(datacenter);
  return new cassandra.Client({
    contactPoints: [`${host}:${port}`],
    localDataCenter: datacenter,
    protocolOptions: { port, maxSchemaAgreementWaitSeconds: 0 }, // see schema-agreement.ts
    isMetadataSyncEnabled: false,
    policies: {
      loadBalancing: new loadBalancing.AllowListPolicy(balancing, [`${host}:${port}`]),
      reconnection: new reconnection.ConstantReconnectionPolicy(RECONNECT_MS),
      timestampGeneration: writeTimes,
    },
    socketOptions: { connectTimeout: CONNECT_WITHIN_MS, readTimeout: ANSWER_WITHIN_MS },
    encoding: { map: Map, useBigIntAsLong: true },
    ...(username === undefined ? {} : { credentials: { username, password: password ?? '' } }),
  });
}

/** True when the driver refused to try, so that nothing can have happened and the statement may be run again. */
export function wasNotSent(error: unknown): boolean {
  if (!(error instanceof cassandra.errors.NoHostAvailableError)) return false;
  const reasons = Object.values(error.innerErrors as Readonly<Record<string, unknown>>);
  return reasons.every((reason) => String(reason).includes('considered as DOWN'));
}
