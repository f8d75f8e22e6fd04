import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const COMPILER = join(PROJECT, 'node_modules', 'typescript', 'lib', 'tsc.js');

/**
 * Starts the node under test for as long as this process lives. Rejects with its own sentence when Java or Maven is
 * missing.
 */
export async function startRing(say) {
  execFileSync(process.execPath, [COMPILER, '-p', join(PROJECT, 'test', 'node-under-test', 'tsconfig.json')]);
  const program = join(PROJECT, 'build', 'node-under-test', 'command.js');
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const said = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    say(line);
  });
  const file = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => reject(new Error(reasonIn(said))));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  process.once('SIGINT', () => stop().then(() => process.exit(130)));
  process.once('SIGTERM', () => stop().then(() => process.exit(143)));
  return { addresses: JSON.parse(readFileSync(file, 'utf8')).nodes[0], stop };
}

/** The sentence of the error, without the stack around it. */
const reasonIn = (lines) =>
  lines.find((line) => /^(?:\w*Error: )/.test(line))?.replace(/^\w*Error: /, '') ?? 'the node did not start';
