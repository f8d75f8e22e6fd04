import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { codeOf, entriesOf, exists } from '../system-errors.js';

const UNFINISHED = /^\.unfinished-(\d+)-/;

/** Where downloads and compiled classes stay between runs, outside any working tree. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment['XDG_CACHE_HOME'] ?? '';
  return join(base.startsWith('/') ? base : join(homedir(), '.cache'), 'alternator-backup');
}

/**
 * Makes a folder once: `make` fills a folder beside it, which then gets the name in one step. Two processes may do so at
 * the same time; the second one's work is thrown away. Nothing half made ever has the name.
 */
export async function madeOnce(folder: string, make: (unfinished: string) => Promise<void>): Promise<string> {
  if (await exists(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  await removeUnfinishedOfDeadProcesses(dirname(folder));
  const unfinished = await mkdtemp(join(dirname(folder), `.unfinished-${process.pid}-${basename(folder)}-`));
  try {
    await make(unfinished);
    await rename(unfinished, folder).catch((error: unknown) => {
      const code = codeOf(error);
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** Removes entries of an earlier state of the sources. Younger ones may be in use by a ring of another process. */
export async function removeOld(parent: string, name: RegExp, olderThanMs: number): Promise<void> {
  for (const entry of (await entriesOf(parent)).filter((candidate) => name.test(candidate))) {
    const { mtimeMs } = await stat(join(parent, entry));
    if (Date.now() - mtimeMs > olderThanMs) await rm(join(parent, entry), { recursive: true, force: true });
  }
}

async function removeUnfinishedOfDeadProcesses(parent: string): Promise<void> {
  for (const name of await entriesOf(parent)) {
    const pid = UNFINISHED.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
