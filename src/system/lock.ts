import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { readFile, rm, stat, utimes } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { KnownError } from '../errors.js';
import { errorCode, reasonOf, writeDurably } from './files.js';

/** Who holds a lock, for the message that the second run prints. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  readonly since: string;
  /** The network namespace, as the kernel names it on that host; undefined where nobody can tell, or an older release wrote it. */
  readonly network?: string | undefined;
}

/** A holder that our socket cannot see shows that it lives by touching its file; this long without, and it is taken for dead. */
const SILENCE_MS = 10 * 60_000;
const HEARTBEAT_MS = 60_000;
/** A holder answers from its event loop, which packing and hashing leave free. */
const ANSWER_MS = 1_000;

export interface LockOptions {
  /** `none`: for directories in which we cannot or must not write. */
  readonly file: 'beside' | 'none';
  /** Tells apart what is locked by way of the same directory. */
  readonly what?: string;
}

/**
 * Runs `work` while nobody else can, and rejects at once with kind `busy` when somebody else does.
 *
 * The lock itself is an abstract unix socket, named after the directory's inode: the kernel frees it with the process,
 * however that ends, so it cannot go stale. Whoever connects to it is told who holds it. The file in the directory speaks for
 * holders on other hosts or in other network namespaces, which the socket cannot see; without a file they are not noticed.
 */
export async function withLock<T>(
  directory: string,
  holder: LockHolder,
  work: () => Promise<T>,
  { file: kind, what = '' }: LockOptions = { file: 'beside' },
): Promise<T> {
  const file = `${directory}/lock.json`;
  const server = await listen(await socketName(directory, what), holder, file);
  try {
    if (kind === 'none') return await work();
    await expectNoForeignHolder(file, holder);
    await writeHolder(file, holder);
    const heartbeat = setInterval(() => {
      // A missed heartbeat only makes us look silent to those who cannot see the socket, which still holds.
      utimes(file, new Date(), new Date()).catch(() => undefined);
    }, HEARTBEAT_MS).unref();
    try {
      return await work();
    } finally {
      clearInterval(heartbeat);
      await removeOurs(file, holder);
    }
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/**
 * Always of the greatest length that the kernel takes: Node 20 and 22 fill shorter names with zeros and Node 24 does not,
 * so that two versions would not meet under a shorter name.
 */
async function socketName(directory: string, what: string): Promise<string> {
  const { dev, ino } = await stat(directory);
  const key = createHash('sha256').update(`alternator-backup ${dev} ${ino}${what}`).digest('hex');
  return `\0${`alternator-backup-${key}`.padEnd(107, '-')}`;
}

async function listen(name: string, holder: LockHolder, file: string): Promise<Server> {
  const server = createServer((socket) => {
    // Whoever asks may leave before the answer.
    socket.on('error', () => socket.destroy());
    socket.end(JSON.stringify(holder));
  });
  const outcome = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve);
    server.listen({ path: name, exclusive: true }, () => {
      resolve(undefined);
    });
  });
  if (outcome === undefined) return server;
  if (outcome.code === 'EADDRINUSE') throw busy((await askHolder(name)) ?? (await readHolder(file)));
  throw outcome;
}

/** Undefined when it does not answer at once: it may be stopped, or of an older version that says nothing. */
function askHolder(name: string): Promise<LockHolder | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ path: name }).setEncoding('utf8').setTimeout(ANSWER_MS);
    socket.on('data', (part: string) => (text += part));
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      resolve(parseHolder(text));
    });
  });
}

/** The lock is ours by now as far as the socket can tell: it would have seen every holder of our own network namespace. */
async function expectNoForeignHolder(file: string, { network }: LockHolder): Promise<void> {
  const holder = await readHolder(file);
  if (!holder || (holder.host === hostname() && (holder.network ?? network) === network)) return;
  const silence = Date.now() - (await stat(file)).mtimeMs;
  if (silence > SILENCE_MS) return;
  throw busy(holder, `If that run is dead, wait ${SILENCE_MS / 60_000} minutes or remove ${file}.`);
}

/** Undefined when there is none, or one so broken that it was never finished. */
async function readHolder(file: string): Promise<LockHolder | undefined> {
  try {
    return parseHolder(await readFile(file, 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw cannotLock(file, error);
  }
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return undefined;
  }
}

/** Whoever took us for dead has written their own name. */
async function removeOurs(file: string, { pid, host, since, network }: LockHolder): Promise<void> {
  // What cannot be read is stale for the next run of this host; what was done stays done.
  const now = await readHolder(file).catch(() => undefined);
  if (!now) return;
  const isOurs = now.pid === pid && now.host === host && now.since === since && now.network === network;
  if (isOurs) await rm(file, { force: true });
}

async function writeHolder(file: string, holder: LockHolder): Promise<void> {
  await writeDurably(file, `${JSON.stringify(holder)}\n`).catch((error: unknown) => {
    throw cannotLock(file, error);
  });
}

const cannotLock = (file: string, error: unknown): KnownError =>
  new KnownError('files', `The lock ${file} cannot be used: ${reasonOf(error)}`, {
    cause: error,
    changed: 'Nothing was done.',
    hint: 'Run as the user who made the backups, or pass another --backup-dir.',
  });

function busy(holder: LockHolder | undefined, hint = 'Wait until it has ended, then try again.'): KnownError {
  const who = holder
    ? `process ${holder.pid} on ${holder.host} (${holder.command}, since ${holder.since})`
    : 'another process';
  return new KnownError('busy', `Another run is under way: ${who}`, { changed: 'Nothing was done.', hint });
}

/** Undefined where there is no /proc. */
function ourNetwork(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/net');
  } catch {
    return undefined;
  }
}

/** The holder that this process would be. */
export const ourselves = (command: string, now: Date): LockHolder => ({
  pid: process.pid,
  host: hostname(),
  command,
  since: now.toISOString(),
  network: ourNetwork(),
});
