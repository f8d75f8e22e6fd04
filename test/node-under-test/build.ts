import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { madeOnce, removeOld } from './cassandra/cache.js';
import { runProgram } from './cassandra/run-program.js';

const SOURCES = import.meta.dirname;
const PROJECT = resolve(SOURCES, '../..');
const BUILDS = join(PROJECT, 'build', 'node-under-test');
const COMPILER = join(PROJECT, 'node_modules', 'typescript', 'lib', 'tsc.js');
const OLD_MS = 24 * 3600 * 1000;
const COMPILE_DEADLINE_MS = 120_000;

/**
 * The compiled form of these sources, made when there is none yet. Each state of the sources has a folder of its own, so
 * a ring that runs keeps its programs while the sources change.
 */
export async function compiledFolder(progress: (line: string) => void): Promise<string> {
  return madeOnce(join(BUILDS, await digestOfSources()), async (unfinished) => {
    progress('compiling the node under test');
    await removeOld(BUILDS, /^[0-9a-f]{12}$/, OLD_MS);
    await runProgram({
      argv: [process.execPath, COMPILER, '-p', join(SOURCES, 'tsconfig.json'), '--outDir', unfinished],
      doing: 'Compiling the node under test',
      timeoutMs: COMPILE_DEADLINE_MS,
      cwd: PROJECT,
    });
  });
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const names = await readdir(SOURCES, { recursive: true });
  for (const name of names.filter((file) => /\.(ts|json)$/.test(file)).sort()) {
    hash
      .update(name)
      .update('\0')
      .update(await readFile(join(SOURCES, name)));
  }
  hash.update(await readFile(join(PROJECT, 'node_modules', 'typescript', 'package.json')));
  return hash.digest('hex').slice(0, 12);
}
