import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import type { RingPorts } from './configuration.js';

/** Below the ports that Linux hands out by itself (32768 and up), above those of well-known services. */
const FIRST_PORT = 15_000;
const LAST_PORT = 32_000;
const PORTS_PER_RING = 5;
const TRIES = 200;

export interface RingAddresses {
  readonly hosts: readonly string[];
  readonly ports: RingPorts;
  /**
   * The first port of the block on the first address. Whoever holds it owns the block, so two rings that start at the
   * same moment do not choose the same ports.
   */
  readonly controlPort: number;
}

/** 127.0.0.1 to 127.0.0.n with the same free ports on each; `control` is left listening on the control port. */
export async function claimAddresses(nodes: number, control: Server): Promise<RingAddresses> {
  const hosts = Array.from({ length: nodes }, (_, index) => `127.0.0.${index + 1}`);
  const blocks = Math.floor((LAST_PORT - FIRST_PORT) / PORTS_PER_RING);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const controlPort = FIRST_PORT + randomInt(blocks) * PORTS_PER_RING;
    if (!(await listen(control, hosts[0] ?? '127.0.0.1', controlPort))) continue;
    const [cql, storage, rest, api] = [1, 2, 3, 4].map((offset) => controlPort + offset) as [
      number,
      number,
      number,
      number,
    ];
    if (await areFree(hosts, [cql, storage, rest, api])) {
      return { hosts, controlPort, ports: { cql, storage, rest, api } };
    }
    await close(control);
  }
  throw new Error(`no five free ports in a row between ${FIRST_PORT} and ${LAST_PORT} after ${TRIES} tries`);
}

async function areFree(hosts: readonly string[], ports: readonly number[]): Promise<boolean> {
  for (const host of hosts) {
    for (const port of ports) {
      const probe = createServer();
      if (!(await listen(probe, host, port))) return false;
      await close(probe);
    }
  }
  return true;
}

/** False when somebody else has the port. */
function listen(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      server.off('listening', onListening);
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    };
    const onListening = () => {
      server.off('error', onError);
      resolve(true);
    };
    server.once('error', onError).once('listening', onListening).listen({ host, port, exclusive: true });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
  });
}
