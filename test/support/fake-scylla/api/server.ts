import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { State } from '../state.js';
import { ApiError } from './api-error.js';
import { OPERATIONS, type Body } from './operations.js';
import { expectSigned } from './signature.js';

/** One request as the server saw it. */
export interface ApiCall {
  readonly operation: string;
  readonly body: Body;
  /** The region of its signature. */
  readonly region: string | undefined;
}

export interface ApiBehaviour {
  /** `silent`: takes requests and never answers. A number: answers every request with this status and no JSON. */
  answer: 'as recorded' | 'silent' | number;
  /** Asked about each request: a status or an error to answer this one with. */
  meddle?: (operation: string) => number | ApiError | undefined;
}

export interface ApiServerOptions {
  readonly state: State;
  readonly address: () => string;
  readonly roles: Readonly<Record<string, string>> | undefined;
  readonly indexMs: number;
  readonly calls: ApiCall[];
  readonly behaviour: ApiBehaviour;
}

export function apiServer(options: ApiServerOptions): {
  readonly server: Server;
  readonly cutOff: () => void;
} {
  const server = createServer((request, response) => {
    answer(request, response, options).catch(() => {
      // The connection was cut off while its request was read.
      response.destroy();
    });
  });
  return {
    server,
    cutOff() {
      server.closeAllConnections();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: ApiServerOptions,
): Promise<void> {
  const { state, roles, indexMs, calls, behaviour, address } = options;
  const text = await read(request);
  const { method = '', url = '/', headers } = request;
  if (method === 'GET') {
    send(response, url === '/' ? 200 : 404, 'text/plain', url === '/' ? `healthy: ${address()}` : '');
    return;
  }
  const target = String(headers['x-amz-target']);
  const operation = target.slice(target.indexOf('.') + 1);
  try {
    const body = JSON.parse(text) as Body;
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1];
    calls.push({ operation, body, region });
    if (behaviour.answer === 'silent') return;
    if (typeof behaviour.answer === 'number') {
      send(response, behaviour.answer, 'text/plain', 'Internal Server Error');
      return;
    }
    const meddled = behaviour.meddle?.(operation);
    if (meddled instanceof ApiError) throw meddled;
    if (meddled !== undefined) {
      send(response, meddled, 'text/plain', 'Internal Server Error');
      return;
    }
    if (roles) expectSigned({ method, path: url, headers, body: text }, roles);
    const handler = OPERATIONS[operation];
    if (!handler) throw new ApiError('UnknownOperationException', `Unsupported operation ${operation}`);
    send(response, 200, JSON_TYPE, JSON.stringify(handler(state, body, indexMs)));
  } catch (error) {
    const { type, status, message } =
      error instanceof ApiError ? error : new ApiError('InternalServerError', String(error), 500);
    const answered = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message };
    send(response, status, JSON_TYPE, JSON.stringify(answered));
  }
}

const JSON_TYPE = 'application/x-amz-json-1.0';

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    'content-type': type,
    server: 'Seastar httpd',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
