import { request } from 'node:http';
import { compiledFolder } from './build.js';
import { startSupervisor, type Supervisor } from './start-supervisor.js';
import type { RingDescription } from './supervisor-messages.js';
import type { NodeUnderTest, NodeUnderTestOptions } from './types.js';

const CALL_DEADLINE_MS = 180_000;

/**
 * Starts a ring of real database nodes that look like Scylla nodes (README.md) and resolves when all of them serve. It
 * lives in processes of its own, which end with `stop()` or with this process, however this process ends.
 */
export async function startNode(options: NodeUnderTestOptions = {}): Promise<NodeUnderTest> {
  const programs = await compiledFolder(options.progress ?? (() => undefined));
  const { ring, child } = await startSupervisor({ programs, options, keep: false });
  const [first] = ring.nodes;
  if (first === undefined) throw new Error('the supervisor describes a ring without nodes');
  let stopped: Promise<void> | undefined;
  return {
    ...first,
    nodes: ring.nodes,
    root: ring.root,
    ...(ring.credentials === undefined ? {} : { credentials: ring.credentials }),
    stop: () => (stopped ??= endOf(child)),
    async kill(node = 1) {
      await control(ring, `nodes/${node}/kill`);
    },
    async start(node = 1) {
      await control(ring, `nodes/${node}/start-and-serve`);
    },
    async misbehave(how, node = 1) {
      await control(ring, `nodes/${node}/misbehave`, JSON.stringify(how));
    },
    hits: async (node = 1) => JSON.parse(await control(ring, `nodes/${node}/hits`)) as readonly string[],
  };
}

/** The supervisor takes everything down when its stdin ends, and says so by its exit status. */
function endOf(child: Supervisor): Promise<void> {
  return new Promise((resolve, reject) => {
    if (child.exitCode === 0) {
      resolve();
      return;
    }
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`the supervisor of the node under test ended with ${signal ?? String(code)}`));
    });
    child.stdin.end();
  });
}

/** The ring's answer; rejects with the reason when it refuses. */
function control(ring: RingDescription, path: string, body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', timeout: CALL_DEADLINE_MS, agent: false };
    const call = request(`${ring.control}/${path}`, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${path}: ${text.trim()}`));
      });
    });
    call.on('timeout', () =>
      call.destroy(new Error(`${path}: no answer within ${CALL_DEADLINE_MS / 1000} s`)),
    );
    call.on('error', reject);
    call.end(body);
  });
}
