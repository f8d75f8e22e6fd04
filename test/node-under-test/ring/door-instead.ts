import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { NotServing } from '../types.js';
import type { RingPorts } from './configuration.js';
import type { Door } from './ring-node.js';

/** What answers at the ports of CQL and Alternator of a node that runs and serves nobody: nothing, silence, or errors. */
export class DoorInstead implements Door {
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly host: string,
    private readonly ports: Pick<RingPorts, 'cql' | 'api'>,
  ) {}

  /** A second call does nothing. */
  async open(how: NotServing): Promise<void> {
    if (this.servers.length > 0) return;
    const { cql, api } = this.ports;
    if (how === 'errors') await this.listen(errors(), api);
    if (how !== 'silence') return;
    for (const port of [cql, api]) await this.listen(createServer(), port);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(
      this.servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => {
              resolve();
            });
          }),
      ),
    );
  }

  private async listen(server: Server, port: number): Promise<void> {
    this.servers.push(server);
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ host: this.host, port, exclusive: true }, resolve);
    });
  }
}

const errors = (): Server =>
  createHttpServer((request, response) => {
    request.resume();
    response.writeHead(500, { 'Content-Type': 'text/plain' }).end('the database does not answer');
  });
