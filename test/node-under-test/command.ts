import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSupervisor } from './start-supervisor.js';
import type { NodeUnderTestOptions } from './types.js';

/**
 * A ring for people: `node build/node-under-test/command.js [--nodes 3] [--root DIR] [--run-as UID] [--authorization]
 * [--index-fill-ms N] [--keep]`. Prints the path of a JSON file with the addresses. Without `--keep` the ring goes down
 * with this command (Ctrl-C); with it, `stop` in the file is the command that ends it.
 */
const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1' },
    root: { type: 'string' },
    'run-as': { type: 'string' },
    'index-fill-ms': { type: 'string' },
    authorization: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});

const nodes = Number(values.nodes);
if (nodes !== 1 && nodes !== 2 && nodes !== 3) throw new Error('--nodes is 1, 2 or 3');
const options: NodeUnderTestOptions = {
  nodes,
  authorization: values.authorization,
  progress: (line) => process.stderr.write(`${line}\n`),
  behaviour: values['index-fill-ms'] === undefined ? {} : { indexFillMs: Number(values['index-fill-ms']) },
  ...(values.root === undefined ? {} : { root: values.root }),
  ...(values['run-as'] === undefined ? {} : { runAs: Number(values['run-as']) }),
};

const { ring, child } = await startSupervisor({ programs: import.meta.dirname, options, keep: values.keep });
const stop = [process.execPath, join(import.meta.dirname, 'service.js'), ring.control, 'shutdown'];
const file = join(ring.root, 'addresses.json');
await writeFile(file, JSON.stringify({ ...ring, stop }, null, 2));
process.stdout.write(`${file}\n`);

if (values.keep) {
  process.exit(0);
} else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.stdin.end());
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
