import { lookup } from 'node:dns/promises';
import type { Client, types } from 'cassandra-driver';
import { KnownError, messageOf } from '../../errors.js';
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

/** Error codes of the protocol (native_protocol_v4.spec, section 9). */
const BAD_CREDENTIALS = 0x0100;
const UNAUTHORIZED = 0x2100;
const INVALID_QUERY = 0x2200;
const SYNTAX_ERROR = 0x2000;

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
      if (!lost || !/^(SELECT|DESC) /.test(statement) || hadNoConnection(error)) throw error;
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

/** The server's grammar has no such statement: it is too old for it. */
export const isUnknownToGrammar = (error: unknown): boolean =>
  error instanceof KnownError && serverCode(error.cause) === SYNTAX_ERROR;

function explainCqlError(error: unknown, address: string, statement: string): KnownError {
  if (error instanceof KnownError) return error;
  const origin = innermost(error);
  if (serverCode(origin) === BAD_CREDENTIALS || (origin as Error).name === 'AuthenticationError') {
    return new KnownError('unavailable', `CQL at ${address} does not let us in: ${messageOf(origin)}`, {
      cause: origin,
      hint: 'SCYLLA_USER and SCYLLA_PASSWORD must be a role that may log in, and its password.',
    });
  }
  if (isConnectionError(error)) {
    return new KnownError('unavailable', `CQL at ${address} cannot be reached: ${messageOf(origin)}`, {
      cause: origin,
      hint: 'Is Scylla running? Are --cql-host and --cql-port right?',
    });
  }
  const [firstLine = ''] = statement.split('\n');
  return new KnownError('database', `CQL "${firstLine.slice(0, 120)}": ${messageOf(error)}`, {
    cause: error,
  });
}

/** The driver wraps what each host said into one error; with one host that host's words are what counts. */
function innermost(error: unknown): unknown {
  const inner = (error as { innerErrors?: Record<string, unknown> }).innerErrors;
  return inner ? (Object.values(inner)[0] ?? error) : error;
}

function isConnectionError(error: unknown): boolean {
  const { name = '', code = '' } = error as { name?: string; code?: unknown };
  const system = typeof code === 'string' && code.startsWith('E');
  const lost = /socket was closed|connection was closed|not connected/i.test(messageOf(error));
  return name === 'NoHostAvailableError' || name === 'OperationTimedOutError' || system || lost;
}

/** Nobody is there: asking again at once changes nothing. */
const hadNoConnection = (error: unknown): boolean =>
  /ECONNREFUSED|EHOSTUNREACH|ENOTFOUND|ENETUNREACH/.test(
    messageOf(innermost((error as Error).cause ?? error)),
  );

function serverCode(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}
