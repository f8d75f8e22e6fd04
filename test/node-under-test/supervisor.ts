import { createServer } from 'node:http';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { claimAddresses } from './ring/addresses.js';
import { installed } from './cassandra/installation.js';
import { readableInstallation } from './cassandra/readable-installation.js';
import { controlListener } from './ring/control-server.js';
import { describeRing } from './ring/describe-ring.js';
import { Ring } from './ring/ring.js';
import { makeRoot } from './ring/root.js';
import type { SupervisorMessage, SupervisorOptions } from './supervisor-messages.js';

/**
 * The process that owns a ring: the database processes, REST, the gateways, the ports and the temporary folder. The first
 * line of its stdin is `SupervisorOptions`; when stdin ends, its parent is gone and everything is taken down.
 */
async function main(): Promise<void> {
  // Directories 0755 and files 0644, as a Scylla server makes them, whatever the umask of the caller.
  process.umask(0o022);
  const gone = new AbortController();
  let takeDown = (): Promise<void> => Promise.resolve();
  const leave = async () => {
    gone.abort();
    await takeDown();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void leave());
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      process.stderr.write(`the supervisor of the node under test: ${inspect(error)}\n`);
      void takeDown().finally(() => process.exit(1));
    });
  }
  // A parent that died cannot read; what is said to it then is lost, not an error.
  process.stdout.on('error', () => undefined);

  const lines = createInterface({ input: process.stdin });
  const options = await new Promise<SupervisorOptions>((resolve) => {
    lines.once('line', (line) => {
      resolve(JSON.parse(line) as SupervisorOptions);
    });
  });
  if (!options.outlivesParent) lines.on('close', () => void leave());

  const progress = (line: string) => {
    tell({ progress: line });
  };
  const root = await makeRoot(options);
  const control = createServer();
  let ring: Ring | undefined;
  takeDown = async () => {
    try {
      await ring?.endAll(root.isOurs ? 'kill' : 'stop');
    } finally {
      if (root.isOurs) await rm(root.path, { recursive: true, force: true, maxRetries: 5 });
    }
  };

  try {
    const cached = await installed({ javaSources: options.javaSources, progress, signal: gone.signal });
    const isOtherUser = options.user !== undefined && options.user !== process.geteuid?.();
    const installation = isOtherUser
      ? await readableInstallation(cached, join(root.path, 'class-path'))
      : cached;
    const addresses = await claimAddresses(options.nodes, control);
    ring = new Ring({ ...options, root: root.path, addresses, installation });
    control.on('request', controlListener(ring.nodes, leave));
    await ring.start();
    const saltedHash = options.authorization ? await ring.saltedHash() : undefined;
    tell({ ready: await describeRing(ring.nodes, { root: root.path, addresses, saltedHash }) });
  } catch (error) {
    await takeDown();
    tell({ failed: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.exit();
  }
}

function tell(message: SupervisorMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

await main();
