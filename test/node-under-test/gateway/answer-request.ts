import type { IncomingHttpHeaders } from 'node:http';
import { accessOf, EVERYTHING_ALLOWED } from './access.js';
import { ApiError, internal } from './api-error.js';
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

const refusal = ({ status, type, message }: ApiError): Answer => ({
  status,
  contentType: CONTENT_TYPE,
  body: JSON.stringify({ __type: `${ERROR_NAMESPACE}${type}`, message }),
});
