import { asError, KnownError, messageOf } from '../../errors.js';

/** What Alternator calls a request that it cannot tell who sent (recorded api 851 to 863). */
const NOT_LET_IN = new Set([
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'IncompleteSignatureException',
]);

const NOT_REACHED = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
]);

interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

export interface ApiCall {
  readonly doing: string;
  readonly endpoint: string;
  readonly signal: AbortSignal;
}

/** Any error of the SDK → one of ours, the original kept as its cause; an interruption is the signal's own reason. */
export function explainApiError(error: unknown, { doing, endpoint, signal }: ApiCall): Error {
  if (error instanceof KnownError) return error;
  if (signal.aborted) return asError(signal.reason);
  const { name = '', code = '', $metadata } = error as SdkError;

  if (NOT_REACHED.has(code) || name === 'TimeoutError') {
    const why = name === 'TimeoutError' ? 'no answer in time' : messageOf(error);
    return new KnownError('unavailable', `Alternator at ${endpoint} cannot be reached: ${why}`, {
      cause: error,
      hint: 'Is Scylla running with --alternator-port? Is --endpoint right?',
    });
  }
  const status = $metadata?.httpStatusCode ?? 0;
  if (status >= 500) {
    // What is no JSON is no answer of Alternator's own; its text would only confuse.
    const why = error instanceof SyntaxError ? '' : `: ${messageOf(error)}`;
    return new KnownError(
      'unavailable',
      `${doing}: Alternator at ${endpoint} answers with status ${status}${why}`,
      {
        cause: error,
        hint: 'Look at journalctl -u scylla-server.',
      },
    );
  }
  if (NOT_LET_IN.has(name)) {
    return new KnownError(
      'unavailable',
      `Alternator at ${endpoint} does not let us in: ${messageOf(error)}`,
      {
        cause: error,
        hint:
          'AWS_ACCESS_KEY_ID must be a role name and AWS_SECRET_ACCESS_KEY its salted_hash ' +
          "(SELECT salted_hash FROM system.roles WHERE role = '…').",
      },
    );
  }
  if (name === 'ResourceNotFoundException') {
    return new KnownError('missing', `${doing}: ${messageOf(error)}`, { cause: error });
  }
  return new KnownError('database', `${doing}: ${messageOf(error)}`, { cause: error });
}

export const isNoSuchTable = (error: unknown): boolean =>
  error instanceof KnownError && error.kind === 'missing';
