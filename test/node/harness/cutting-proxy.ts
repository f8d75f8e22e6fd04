import { createServer, request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the connection breaks: before the node hears of the request, or when it has done what was asked. */
export type Cut = 'before' | 'after';

/** Stands between the tool and the API, and breaks off the connection of some requests without an answer. */
export interface CuttingProxy {
  readonly endpoint: string;
  /** The next requests of this operation, so many of them. */
  cut(operation: string, when: Cut, times?: number): void;
  /** How many were broken off since. */
  cuts(): number;
  close(): Promise<void>;
}

export async function cuttingProxy(endpoint: string): Promise<CuttingProxy> {
  let rule = { operation: '', when: 'before' as Cut, left: 0 };
  let cuts = 0;
  const server = createServer((incoming, answer) => {
    const target = String(incoming.headers['x-amz-target']);
    const isHit = rule.left > 0 && target.endsWith(`.${rule.operation}`);
    if (isHit) {
      rule.left -= 1;
      cuts += 1;
    }
    if (isHit && rule.when === 'before') incoming.socket.destroy();
    else forward(endpoint, incoming, answer, isHit);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut(operation, when, times = 1) {
      rule = { operation, when, left: times };
      cuts = 0;
    },
    cuts: () => cuts,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
    },
  };
}

function forward(endpoint: string, incoming: IncomingMessage, answer: ServerResponse, isHit: boolean): void {
  const { method, headers, url = '/' } = incoming;
  const asked = requestHttp(new URL(url, endpoint), { method, headers, agent: false }, (answered) => {
    if (isHit) {
      answered.resume();
      answered.on('end', () => incoming.socket.destroy());
      return;
    }
    answer.writeHead(answered.statusCode ?? 500, answered.headers);
    answered.pipe(answer);
  });
  asked.on('error', () => incoming.socket.destroy());
  incoming.pipe(asked);
}
