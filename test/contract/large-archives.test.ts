import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { openMember, memberLength } from '../../src/store/archive/gzip-member.js';
import { packArchive } from '../../src/store/archive/pack.js';
import { needProgram } from '../support/need-program.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const { signal } = new AbortController();
const NAME = 'me-1-big-Data.db';

/** Here, since this tier runs once and not on every supported Node: it takes a while. */
describe('An entry of more than 8 GiB', () => {
  it(
    'is packed with its size in a pax header, and listed and unpacked by GNU tar, to a checksum instead of the disk',
    { timeout: 600_000 },
    async ({ skip }) => {
      needProgram('tar', skip);
      const directory = join(await temporaryDirectory(), 'in');
      await mkdir(directory);
      const size = 8 ** 11 + 12_345;
      await writeFile(join(directory, NAME), 'begins');
      await truncate(join(directory, NAME), size);
      const archive = join(await temporaryDirectory(), 'users_backup.tar.gz');
      const packed = await packArchive({
        directory,
        files: [{ name: NAME, size }],
        archive,
        // What compresses best is not the question.
        level: 1,
        jobs: availableParallelism(),
        signal,
        onBytes: () => undefined,
      });
      expect(packed.entries[0]).toMatchObject({ name: NAME, size });
      expect((await firstMember(archive)).toString('latin1')).toContain(`size=${size}\n`);
      // Side by side: each decompresses all of it.
      const [listed, read] = await Promise.all([outputOf(['tzvf', archive]), outputOf(['xzOf', archive])]);
      expect(listed.text).toMatch(new RegExp(` ${size} .* \\./${NAME}\\n$`));
      expect([read.bytes, read.sha256]).toEqual([size, packed.entries[0]!.sha256]);
    },
  );
});

async function firstMember(archive: string): Promise<Buffer> {
  const handle = await open(archive, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0);
    return await openMember(buffer.subarray(0, memberLength(buffer)));
  } finally {
    await handle.close();
  }
}

/** What GNU tar prints; only the beginning is kept. */
async function outputOf(
  args: readonly string[],
): Promise<{ readonly text: string; readonly bytes: number; readonly sha256: string }> {
  const child = spawn('tar', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const hash = createHash('sha256');
  let bytes = 0;
  let text = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.byteLength;
    if (text.length < 1000) text += chunk.subarray(0, 1000).toString('latin1');
  }
  const [code] = (await ended) as [number | null];
  expect(code).toBe(0);
  return { text, bytes, sha256: hash.digest('hex') };
}
