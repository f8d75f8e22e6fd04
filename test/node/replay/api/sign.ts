import { createHash, createHmac } from 'node:crypto';
import type { WireRequest } from './send.js';

export interface Credentials {
  readonly accessKey: string;
  readonly secret: string;
}

const REGION = 'us-east-1';
const SERVICE = 'dynamodb';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** AWS signature version 4 of a POST to `/`; `date` replaces the time when an old signature is wanted. */
export function signed(
  request: WireRequest,
  host: string,
  { accessKey, secret }: Credentials,
  date?: string,
): WireRequest {
  const stamp = date ?? new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = stamp.slice(0, 8);
  const covered = { host, 'x-amz-date': stamp, 'x-amz-target': request.headers['X-Amz-Target'] ?? '' };
  const names = Object.keys(covered).sort().join(';');
  const lines = Object.entries(covered)
    .sort()
    .map(([name, value]) => `${name}:${value}\n`);
  const canonical = `POST\n/\n\n${lines.join('')}\n${names}\n${sha256(request.body)}`;
  const scope = [day, REGION, SERVICE, 'aws4_request'];
  const key = scope.reduce<Buffer | string>((previous, part) => hmac(previous, part), `AWS4${secret}`);
  const signature = hmac(
    key,
    `AWS4-HMAC-SHA256\n${stamp}\n${scope.join('/')}\n${sha256(canonical)}`,
  ).toString('hex');
  return {
    ...request,
    headers: {
      ...request.headers,
      'X-Amz-Date': stamp,
      Authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`,
    },
  };
}
