import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error.js';

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Rejects a request that none of the roles signed, in the words of Scylla (recorded api 851 to 863). The scheme is AWS's
 * Signature Version 4, its secret the role's `salted_hash`.
 */
export function expectSigned(request: SignedRequest, roles: Readonly<Record<string, string>>): void {
  const { authorization } = request.headers;
  if (authorization === undefined)
    throw new ApiError(
      'MissingAuthenticationTokenException',
      'Authorization header is mandatory for signature verification',
    );
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/([^/]+)\/aws4_request, *SignedHeaders=([^,]+), *Signature=([0-9a-f]+)$/.exec(
      authorization,
    );
  if (!match)
    throw new ApiError(
      'InvalidSignatureException',
      `Authorization header must use AWS4-HMAC-SHA256 algorithm: ${authorization}`,
    );
  const [, role = '', date = '', region = '', service = '', signed = '', signature = ''] = match;
  const secret = Object.hasOwn(roles, role) ? roles[role] : undefined;
  if (secret === undefined) throw new ApiError('UnrecognizedClientException', `User not found: ${role}`);
  const scope = [date, region, service, 'aws4_request'] as const;
  if (!isEqual(signature, sign(request, signed.split(';'), secret, scope)))
    throw new ApiError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
}

function sign(
  { method, path, headers, body }: SignedRequest,
  names: readonly string[],
  secret: string,
  scope: readonly string[],
): string {
  const lines = names.map((name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}\n`);
  const canonical = [method, path, '', lines.join(''), names.join(';'), sha256(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', String(headers['x-amz-date']), scope.join('/'), sha256(canonical)].join(
    '\n',
  );
  const key = scope.reduce<Buffer | string>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(toSign).digest('hex');
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const isEqual = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
