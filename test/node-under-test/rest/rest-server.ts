import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Door } from '../ring/ring-node.js';
import type { RestContext } from './context.js';
import { loadingRoutes } from './loading.js';
import { nodeRoutes } from './node-routes.js';
import { notFound, RestError } from './rest-error.js';
import { matchPath, type Route } from './route.js';
import { snapshotRoutes } from './snapshots.js';

const ROUTES: readonly Route[] = [...nodeRoutes, ...snapshotRoutes, ...loadingRoutes];

/** Listens as port 10000 of a Scylla node does, without any authentication. */
export async function openRest(context: RestContext, port: number): Promise<Door> {
  const server = createServer((request, response) => {
    void answer(context, request, response);
  });
  // A client that reuses a connection after a pause must not find it closed.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host: context.host, port, exclusive: true }, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer(
  context: RestContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    send(response, 200, await routed(context, request));
  } catch (error) {
    const { status, message, nodetoolExit } =
      error instanceof RestError ? error : new RestError(500, `std::runtime_error (${String(error)})`);
    send(response, status, { message, code: status, nodetoolExit });
  }
}

async function routed(context: RestContext, { method, url = '/' }: IncomingMessage): Promise<unknown> {
  const [path = '/', query = ''] = url.split('?', 2);
  for (const route of ROUTES) {
    if (route.method !== method) continue;
    const found = matchPath(route.pattern, path);
    if (found !== undefined) return route.answer({ context, path: found, query: new URLSearchParams(query) });
  }
  throw notFound();
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
