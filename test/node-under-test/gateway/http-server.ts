import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Answer, ApiRequest } from './answer-request.js';

/** What the server asks for its answers. */
export interface Routes {
  readonly api: (request: ApiRequest) => Promise<Answer>;
  /** Resolves to false while the database does not answer. */
  readonly isHealthy: () => Promise<boolean>;
  /** Addresses of the live nodes; a data center or rack may be asked for. */
  readonly localNodes: (query: URLSearchParams) => Promise<readonly string[]>;
}

/** DynamoDB takes 16 MB in one request. */
const LARGEST_BODY = 16 * 1024 * 1024;

const NOT_FOUND: Answer = {
  status: 404,
  contentType: 'application/json',
  body: '{"message": "Not found", "code": 404}',
};

/** A real node would not answer at all: its database and its API are one process. */
const UNHEALTHY: Answer = { status: 500, contentType: 'text/plain', body: 'the database does not answer' };

const TOO_LARGE: Answer = {
  status: 413,
  contentType: 'text/plain',
  body: `Request content length limit (${LARGEST_BODY}) exceeded`,
};

/** Scylla's HTTP: keep-alive without saying so, three paths, and its own 404 for anything else, HEAD included. */
export function httpServer(routes: Routes): Server {
  const server = createServer((request, response) => {
    answer(request, routes).then(
      (result) => {
        send(response, result);
      },
      (error: unknown) => {
        // The client went away in the middle of its request, or a bug of ours: nobody gets half an answer.
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
  server.keepAliveTimeout = 0; // a pooled connection of a client must not be closed under its next request
  return server;
}

async function answer(request: IncomingMessage, routes: Routes): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://node');
  const body = await bodyOf(request);
  if (body === undefined) return TOO_LARGE;
  if (request.method === 'POST' && url.pathname === '/')
    return routes.api({ headers: request.headers, body });
  if (request.method !== 'GET') return NOT_FOUND;
  if (url.pathname === '/') {
    if (!(await routes.isHealthy())) return UNHEALTHY;
    return { status: 200, contentType: 'text/plain', body: `healthy: ${request.headers.host ?? ''}` };
  }
  if (url.pathname === '/localnodes') {
    const nodes = await routes.localNodes(url.searchParams);
    return { status: 200, contentType: 'application/json', body: JSON.stringify(nodes) };
  }
  return NOT_FOUND;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= LARGEST_BODY) chunks.push(chunk);
  }
  return length > LARGEST_BODY ? undefined : Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, contentType, body }: Answer): void {
  response.removeHeader('connection'); // Node would announce keep-alive, Scylla does not
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    Server: 'Seastar httpd',
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
