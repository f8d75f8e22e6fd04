import { createHash } from 'node:crypto';
import { readFile, rm, stat, utimes } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { KnownError } from '../errors.js';
import { errorCode, writeDurably } from './files.js';

/** Who holds a lock, for the message that the second run prints. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  readonly since: string;
}

/** A holder on another host shows that it lives by touching its file; this long without, and it is taken for dead. */
const SILENCE_MS = 10 * 60_000;
const HEARTBEAT_MS = 60_000;

/**
 * Runs `work` while nobody else can, and rejects at once with kind `busy` when somebody else does.
 *
 * The lock itself is an abstract unix socket, named after the directory's inode: the kernel frees it with the process,
 * however that ends, so it cannot go stale. The file beside it names the holder, and speaks for holders on other hosts
 * or in other network namespaces, which the socket cannot see.
 */
export async function withLock<T>(directory: string, holder: LockHolder, work: () => Promise<T>): Promise<T> {
  const file = `${directory}/lock.json`;
  const server = await listen(await socketName(directory), file);
  try {
    await expectNoForeignHolder(file);
    await writeDurably(file, `${JSON.stringify(holder)}\n`);
    const heartbeat = setInterval(() => {
      // A missed heartbeat only makes us look silent to other hosts; the socket still holds.
      utimes(file, new Date(), new Date()).catch(() => undefined);
    }, HEARTBEAT_MS).unref();
    try {
      return await work();
    } finally {
      clearInterval(heartbeat);
      await rm(file, { force: true });
    }
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/**
 * Always of the greatest length that the kernel takes: Node 20 and 22 fill shorter names with zeros and Node 24 does not,
 * so that two versions would not meet under a shorter name.
 */
async function socketName(directory: string): Promise<string> {
  const { dev, ino } = await stat(directory);
  const key = createHash('sha256').update(`alternator-backup ${dev} ${ino}`).digest('hex');
  return `\0${`alternator-backup-${key}`.padEnd(107, '-')}`;
}

async function listen(name: string, file: string): Promise<Server> {
  const server = createServer();
  const outcome = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve);
    server.listen({ path: name, exclusive: true }, () => {
      resolve(undefined);
    });
  });
  if (outcome === undefined) return server;
  if (outcome.code === 'EADDRINUSE') throw busy(await readHolder(file));
  throw outcome;
}

async function expectNoForeignHolder(file: string): Promise<void> {
  const holder = await readHolder(file);
  if (!holder || holder.host === hostname()) return;
  const silence = Date.now() - (await stat(file)).mtimeMs;
  if (silence > SILENCE_MS) return;
  throw busy(holder, `If that run is dead, wait ${SILENCE_MS / 60_000} minutes or remove ${file}.`);
}

/** Undefined when there is none, or one so broken that it was never finished. */
async function readHolder(file: string): Promise<LockHolder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LockHolder;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function busy(holder: LockHolder | undefined, hint = 'Wait until it has ended, then try again.'): KnownError {
  const who = holder
    ? `process ${holder.pid} on ${holder.host} (${holder.command}, since ${holder.since})`
    : 'another process';
  return new KnownError('busy', `Another run is under way: ${who}`, { changed: 'Nothing was done.', hint });
}

/** The holder that this process would be. */
export const ourselves = (command: string, now: Date): LockHolder => ({
  pid: process.pid,
  host: hostname(),
  command,
  since: now.toISOString(),
});
