import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RingDescription } from '../supervisor-messages.js';
import type { NodeAddresses } from '../types.js';
import type { RingAddresses } from './addresses.js';
import type { RingNode } from './ring-node.js';
import { SUPERUSER } from './ring.js';

export interface DescribeOptions {
  readonly root: string;
  readonly addresses: RingAddresses;
  readonly saltedHash: string | undefined;
}

/** What the callers of `startNode` are told; writes the `nodetool` program of each node on the way. */
export async function describeRing(
  nodes: readonly RingNode[],
  { root, addresses, saltedHash }: DescribeOptions,
): Promise<RingDescription> {
  const control = `http://${addresses.hosts[0] ?? '127.0.0.1'}:${addresses.controlPort}`;
  return {
    root,
    supervisor: process.pid,
    control,
    nodes: await Promise.all(nodes.map((node) => describeNode(node, addresses, control))),
    ...(saltedHash === undefined ? {} : { credentials: { ...SUPERUSER, saltedHash } }),
  };
}

async function describeNode(
  { place }: RingNode,
  { ports }: RingAddresses,
  control: string,
): Promise<NodeAddresses> {
  const { host, number, folder, dataDirectory } = place;
  const nodetool = await writeNodetool(join(folder, 'bin'), host, ports.rest);
  const service = (verb: string): string[] => [
    process.execPath,
    compiled('service.js'),
    control,
    String(number),
    verb,
  ];
  return {
    endpoint: `http://${host}:${ports.api}`,
    cql: { host, port: ports.cql, datacenter: 'datacenter1' },
    rest: `http://${host}:${ports.rest}`,
    dataDirectory,
    nodetool: [nodetool],
    service: { start: service('start'), stop: service('stop'), status: service('status') },
  };
}

/** A program that may stand in a PATH, as `nodetool` of a node does: host and port are those of this node. */
async function writeNodetool(folder: string, host: string, port: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'nodetool');
  const module = new URL('../nodetool.js', import.meta.url).href;
  const text = `#!${process.execPath}
import(${JSON.stringify(module)}).then(({ main }) => main(${JSON.stringify({ host, port })}));
`;
  await writeFile(file, text, { mode: 0o755 });
  return file;
}

const compiled = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
