import { lookup } from 'node:dns/promises';
import type { Client, types } from 'cassandra-driver';
import { KnownError, messageOf } from '../../errors.js';
import {
  explainCqlError,
  innermost,
  INVALID_QUERY,
  isConnectionError,
  serverCode,
  SYNTAX_ERROR,
  UNAUTHORIZED,
} from './cql-error.js';
import type { ScyllaOptions } from './options.js';

export type Row = types.Row;

/** One node's CQL door. */
export interface Cql {
  /** Rows of one statement; parameters are bound by the driver, never pasted. */
  rows(statement: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  /** The same, but `undefined` when the server does not know the table or column, or does not let this role read it. */
  rowsIfAny(statement: string, parameters?: readonly unknown[]): Promise<readonly Row[] | undefined>;
  /** Forgets the connection; the next statement makes a new one. A restarted server needs that. */
  close(): Promise<void>;
}

/**
 * Longer than the server's own patience: it gives a truncation a minute (`truncate_request_timeout_in_ms`), and what it would have
 * answered then is worth more than nothing.
 */
const CHANGE_TIMEOUT_MS = 150_000;

const isQuestion = (statement: string): boolean => /^(SELECT|DESC) /.test(statement);

/** Nothing is loaded or connected before the first statement: the driver costs 75 ms (measured, Node 20). */
export function connectCql(options: ScyllaOptions): Cql {
  const { cqlHost, cqlPort, signal } = options;
  let connected: Promise<Client> | undefined;

  /** A client that is only forgotten goes on connecting for ever, and keeps the process alive. */
  const forget = async () => {
    const client = await connected?.catch(() => undefined);
    connected = undefined;
    // Its own troubles while it closes are nobody's any more.
    await client?.shutdown().catch(() => undefined);
  };

  const once = async (statement: string, parameters: readonly unknown[]) => {
    signal.throwIfAborted();
    try {
      connected ??= connect(options);
      const client = await connected;
      // Only bound parameters need preparing, and DESC cannot be prepared (SCYLLA.md 2.1).
      const { rows } = await client.execute(statement, parameters as unknown[], {
        prepare: parameters.length > 0,
        ...(isQuestion(statement) ? {} : { readTimeout: CHANGE_TIMEOUT_MS }),
      });
      // The driver leaves `rows` out for statements that have none.
      return (rows as readonly Row[] | undefined) ?? [];
    } catch (error) {
      if (isConnectionError(error)) await forget();
      throw explainCqlError(error, `${cqlHost}:${cqlPort}`, statement);
    }
  };

  /** A question may be asked again where the connection was lost; a change may not: it may have been made. */
  const execute = async (statement: string, parameters: readonly unknown[]) => {
    try {
      return await once(statement, parameters);
    } catch (error) {
      const lost = error instanceof KnownError && error.kind === 'unavailable' && connected === undefined;
      if (!lost || !isQuestion(statement) || hadNoConnection(error)) throw error;
      return once(statement, parameters);
    }
  };

  return {
    rows: (statement, parameters = []) => execute(statement, parameters),
    async rowsIfAny(statement, parameters = []) {
      try {
        return await execute(statement, parameters);
      } catch (error) {
        const code = serverCode((error as Error).cause);
        if (code === INVALID_QUERY || code === UNAUTHORIZED || code === SYNTAX_ERROR) return undefined;
        throw error;
      }
    },
    close: forget,
  };
}

async function connect({ cqlHost, cqlPort, credentials }: ScyllaOptions): Promise<Client> {
  const { Client: DriverClient, auth, policies } = (await import('cassandra-driver')).default;
  const address = await lookup(cqlHost, { family: 4 }).catch(() => lookup(cqlHost));
  const only = [`${address.address}:${cqlPort}`];
  const client = new DriverClient({
    contactPoints: [address.address],
    protocolOptions: { port: cqlPort },
    // This very node and no other: what it says of itself is the point.
    policies: {
      loadBalancing: new policies.loadBalancing.AllowListPolicy(
        new policies.loadBalancing.RoundRobinPolicy(),
        only,
      ),
      reconnection: new policies.reconnection.ConstantReconnectionPolicy(500),
    },
    // Replication by racks (2025.4) broke the drivers' schema parsing (scylladb#26415), and we need none.
    isMetadataSyncEnabled: false,
    authProvider: new auth.PlainTextAuthProvider(credentials.username, credentials.password),
    socketOptions: { connectTimeout: 5_000, readTimeout: 30_000 },
  });
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.shutdown().catch(() => undefined);
    throw error;
  }
}

/** Nobody is there: asking again at once changes nothing. */
const hadNoConnection = (error: unknown): boolean =>
  /ECONNREFUSED|EHOSTUNREACH|ENOTFOUND|ENETUNREACH/.test(
    messageOf(innermost((error as Error).cause ?? error)),
  );
