import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RingNode } from './ring-node.js';

/**
 * `POST /nodes/<n>/start|start-and-serve|stop|kill`, `GET /nodes/<n>/status`, `POST /shutdown`. Answers are text; 409 is
 * a start or stop that failed, with the reason.
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
    reply(response, 200, await act(node, verb ?? ''));
  } catch (error) {
    reply(response, 409, error instanceof Error ? error.message : String(error));
  }
}

async function act(node: RingNode, verb: string): Promise<string> {
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
    default:
      throw new Error(`unknown verb ${verb}`);
  }
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
}
