import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error.js';
import type { Database } from './database.js';

/** What AWS signature version 4 covers of a request. The path is always `/` and there is no query. */
export interface SignedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const VALID_FOR_MS = 15 * 60_000;

const invalid = (message: string): ApiError => new ApiError('InvalidSignatureException', message);
const unrecognized = (message: string): ApiError => new ApiError('UnrecognizedClientException', message);

/**
 * Resolves to the role that signed the request; rejects unless it is signed by a role of the database with its `salted_hash` as the secret, as
 * `alternator_enforce_authorization` asks for (recorded api 851 to 863).
 */
export async function verifySignature({ headers, body }: SignedRequest, database: Database): Promise<string> {
  const { authorization } = headers;
  if (authorization === undefined) {
    throw new ApiError(
      'MissingAuthenticationTokenException',
      'Authorization header is mandatory for signature verification',
    );
  }
  const { role, scope, signedHeaders, signature } = parseAuthorization(authorization);
  const date = headerText(headers, 'x-amz-date');
  if (date === '') throw invalid('X-Amz-Date header is mandatory for signature verification');
  verifyAge(date, Date.now());

  const secret = await secretOf(role, database);
  const canonical = [
    'POST',
    '/',
    '',
    ...signedHeaders.map((name) => `${name}:${headerText(headers, name)}`),
    '',
    signedHeaders.join(';'),
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const toSign = [
    ALGORITHM,
    date,
    scope.join('/'),
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const key = scope.reduce<Buffer | string>((previous, part) => hmac(previous, part), `AWS4${secret}`);
  const expected = Buffer.from(hmac(key, toSign).toString('hex'));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw unrecognized('The security token included in the request is invalid.');
  }
  return role;
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const headerText = (headers: IncomingHttpHeaders, name: string): string =>
  [headers[name] ?? ''].flat().join(',').trim().replace(/ +/g, ' ');

interface Authorization {
  readonly role: string;
  /** Date, region, service, `aws4_request`. */
  readonly scope: readonly string[];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function parseAuthorization(header: string): Authorization {
  if (!header.startsWith(`${ALGORITHM} `)) {
    throw invalid(`Authorization header must use ${ALGORITHM} algorithm: ${header}`);
  }
  const fields = new Map(
    header
      .slice(ALGORITHM.length)
      .split(',')
      .map((field) => field.trim().split(/=(.*)/s, 2) as [string, string]),
  );
  const [role = '', ...scope] = (fields.get('Credential') ?? '').split('/');
  const signedHeaders = (fields.get('SignedHeaders') ?? '').split(';').filter((name) => name !== '');
  if (scope.length !== 4)
    throw invalid(`Incorrect credential information format: ${fields.get('Credential') ?? ''}`);
  return { role, scope, signedHeaders, signature: fields.get('Signature') ?? '' };
}

const stamp = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');

function verifyAge(date: string, now: number): void {
  const oldest = stamp(now - VALID_FOR_MS);
  const newest = stamp(now + VALID_FOR_MS);
  if (date < oldest) {
    throw invalid(`Signature expired: ${date} is now earlier than ${oldest} (current time - 15 min.)`);
  }
  if (date > newest) {
    throw invalid(
      `Signature not yet current: ${date} is still later than ${newest} (current time + 15 min.)`,
    );
  }
}

async function secretOf(role: string, database: Database): Promise<string> {
  const { rows } = await database.execute(
    'SELECT can_login, salted_hash FROM system_auth.roles WHERE role = ?',
    [role],
  );
  const [row] = rows;
  if (row === undefined) throw unrecognized(`User not found: ${role}`);
  if (row['can_login'] !== true) {
    throw unrecognized(`Role ${role} has login=false so cannot be used for login`);
  }
  const secret = row['salted_hash'] as string | null;
  if (secret === null) throw unrecognized(`No password found for user: ${role}`);
  return secret;
}
