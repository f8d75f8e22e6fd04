import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Pack } from 'tar';
import { DigestCounter, type Digests } from '../../system/digests.js';
import { PRIVATE_FILE } from '../../system/files.js';

export interface Packing {
  readonly directory: string;
  /** In this order; each becomes the entry `./<name>`. */
  readonly names: readonly string[];
  readonly archive: string;
  readonly signal: AbortSignal;
  /** Compressed bytes so far. */
  readonly onBytes: (bytes: number) => void;
}

/** Writes a `.tar.gz` that any tar can read, synced to the disk, and gives its own digests. */
export async function packArchive({ directory, names, archive, signal, onBytes }: Packing): Promise<Digests> {
  const counter = new DigestCounter();
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      counter.add(chunk);
      bytes += chunk.byteLength;
      onBytes(bytes);
      done(null, chunk);
    },
  });
  const packed = new Pack({
    cwd: directory,
    gzip: { level: 6 },
    portable: true,
    noDirRecurse: true,
    strict: true,
  });
  // Never a bare name: tar would take one that begins with `@` for an archive to include.
  for (const name of names) packed.add(`./${name}`);
  // Of no entry at all it would be no archive for some readers; GNU tar writes the folder itself, too.
  if (names.length === 0) packed.add('./');
  packed.end();
  // The package's stream is not one of Node's; as an async iterable it is.
  await pipeline(
    Readable.from(packed as AsyncIterable<Buffer>),
    count,
    createWriteStream(archive, { flags: 'wx', mode: PRIVATE_FILE }),
    {
      signal,
    },
  );
  await syncFile(archive);
  return counter.finish();
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
