import { KnownError, messageOf } from '../../errors.js';

/** Error codes of the protocol (native_protocol_v4.spec, section 9). */
const BAD_CREDENTIALS = 0x0100;
export const UNAUTHORIZED = 0x2100;
export const INVALID_QUERY = 0x2200;
export const SYNTAX_ERROR = 0x2000;
const CONFIG_ERROR = 0x2300;
const ALREADY_EXISTS = 0x2400;

/** Said before anything is done. Any other answer, a time-out before all, may be given of what is done all the same. */
const REFUSALS = new Set([SYNTAX_ERROR, UNAUTHORIZED, INVALID_QUERY, CONFIG_ERROR, ALREADY_EXISTS]);

/**
 * What the driver said, as a failure of ours: `database` where nothing of the statement was done, `unavailable` where nobody
 * knows.
 */
export function explainCqlError(error: unknown, address: string, statement: string): KnownError {
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
  const code = serverCode(error);
  const kind = code === undefined || REFUSALS.has(code) ? 'database' : 'unavailable';
  const [firstLine = ''] = statement.split('\n');
  return new KnownError(kind, `CQL "${firstLine.slice(0, 120)}": ${messageOf(error)}`, { cause: error });
}

/** The server's grammar has no such statement: it is too old for it. */
export const isUnknownToGrammar = (error: unknown): boolean =>
  error instanceof KnownError && serverCode(error.cause) === SYNTAX_ERROR;

/** The server has said something, be it that it does not know whether it was done. */
export const isAnswer = (error: unknown): boolean =>
  error instanceof KnownError && (error.kind === 'database' || serverCode(error.cause) !== undefined);

/** The driver wraps what each host said into one error; with one host that host's words are what counts. */
export function innermost(error: unknown): unknown {
  const inner = (error as { innerErrors?: Record<string, unknown> }).innerErrors;
  return inner ? (Object.values(inner)[0] ?? error) : error;
}

export function isConnectionError(error: unknown): boolean {
  const { name = '', code = '' } = error as { name?: string; code?: unknown };
  const system = typeof code === 'string' && code.startsWith('E');
  const lost = /socket was closed|connection was closed|not connected/i.test(messageOf(error));
  return name === 'NoHostAvailableError' || name === 'OperationTimedOutError' || system || lost;
}

export function serverCode(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}
