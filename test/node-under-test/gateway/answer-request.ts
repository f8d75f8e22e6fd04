import type { IncomingHttpHeaders } from 'node:http';
import { accessOf, EVERYTHING_ALLOWED } from './access.js';
import { ApiError, internal } from './api-error.js';
import type { FaultyRequest } from '../ring/misbehaving.js';
import type { Instance } from './instance.js';
import { OPERATIONS } from './operations/index.js';
import { parseRequest } from './request-json.js';
import { verifySignature } from './signature.js';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface ApiRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const CONTENT_TYPE = 'application/x-amz-json-1.0';
const ERROR_NAMESPACE = 'com.amazonaws.dynamodb.v20120810#';

/** Answers a POST to `/`. Signature first, then the operation, then the body, as Scylla looks at them. */
export async function answerRequest(
  { headers, body }: ApiRequest,
  instance: Instance,
  { authorization }: { readonly authorization: boolean },
): Promise<Answer> {
  try {
    const role = authorization ? await verifySignature({ headers, body }, instance.database) : undefined;
    const access = role === undefined ? EVERYTHING_ALLOWED : accessOf(role, instance.database);
    const name = operationName(headers);
    const operation = OPERATIONS.get(name);
    if (operation === undefined)
      throw new ApiError('UnknownOperationException', `Unsupported operation ${name}`);
    const text = await operation(parseRequest(body), instance, { host: headers.host ?? '', access });
    return { status: 200, contentType: CONTENT_TYPE, body: text };
  } catch (error) {
    return refusal(error instanceof ApiError ? error : internal(String(error), error));
  }
}

/** The part behind the dot; what is before it is not looked at (recorded api 013, 014). */
function operationName(headers: IncomingHttpHeaders): string {
  const target = [headers['x-amz-target'] ?? ''].flat().join();
  return target.includes('.') ? (target.split('.').at(-1) ?? '') : '';
}

/** What a request is about, as far as it can be told before it is looked at. */
export function faultyRequest({ headers, body }: ApiRequest): FaultyRequest {
  const table = /"TableName"\s*:\s*"([^"]+)"/.exec(body.toString('utf8', 0, NAMED_WITHIN))?.[1];
  return { on: operationName(headers), ...(table === undefined ? {} : { table }) };
}

/** The SDK names the table first; a request with 16 MB of items need not be searched whole. */
const NAMED_WITHIN = 64 * 1024;

export const refusal = ({ status, type, message }: ApiError): Answer => ({
  status,
  contentType: CONTENT_TYPE,
  body: JSON.stringify({ __type: `${ERROR_NAMESPACE}${type}`, message }),
});
