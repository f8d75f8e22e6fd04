import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Misbehaviour } from '../types.js';
import type { RingNode } from './ring-node.js';

/**
 * `POST /nodes/<n>/start|start-and-serve|stop|kill`, `POST /nodes/<n>/misbehave` with a `Misbehaviour` as JSON,
 * `GET /nodes/<n>/status|hits`, `POST /shutdown`. Answers are text; 409 is what failed, with the reason.
 */
export function controlListener(nodes: readonly RingNode[], shutDown: () => Promise<void>): RequestListener {
  return (request, response) => {
    void handle(nodes, shutDown, request, response);
  };
}

async function handle(
  nodes: readonly RingNode[],
  shutDown: () => Promise<void>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, path, number, verb] = (request.url ?? '').split('/');
  if (path === 'shutdown') {
    reply(response, 200, 'going down');
    await shutDown();
    return;
  }
  const node = nodes.find(({ place }) => String(place.number) === number);
  if (path !== 'nodes' || node === undefined) {
    reply(response, 404, `there is no ${request.url ?? ''}`);
    return;
  }
  try {
    reply(response, 200, await act(node, verb ?? '', request));
  } catch (error) {
    reply(response, 409, error instanceof Error ? error.message : String(error));
  }
}

async function act(node: RingNode, verb: string, request: IncomingMessage): Promise<string> {
  switch (verb) {
    case 'start':
      await node.start();
      return 'started';
    case 'start-and-serve':
      await node.start();
      await node.whenServing();
      return 'serving';
    case 'stop':
      await node.stop();
      return 'stopped';
    case 'kill':
      await node.kill();
      return 'killed';
    case 'status':
      return node.isActive ? 'active' : 'inactive';
    case 'misbehave':
      await node.misbehave(JSON.parse(await bodyOf(request)) as Misbehaviour);
      return 'so it will be';
    case 'hits':
      return JSON.stringify(node.misbehaving.hits);
    default:
      throw new Error(`unknown verb ${verb}`);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
}
