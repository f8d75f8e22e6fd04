import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memberLength, memberOf, storedBlocks } from '../../../src/store/archive/gzip-member.js';
import { proveArchive } from '../../../src/store/archive/prove-archive.js';
import { packedFolder } from '../../support/segmented-archive.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const { signal } = new AbortController();
const KIB = 1024;
const MIB = KIB * KIB;

describe('An archive that would fill the memory of whoever reads it', () => {
  it.each(['with', 'without'])(
    'by tables of contents, more than any table has, is damaged: %s a manifest',
    { timeout: 60_000 },
    async (manifest) => {
      const directory = join(await temporaryDirectory(), 'files');
      await mkdir(directory);
      const content = Buffer.alloc(64 * KIB, 'x');
      for (let number = 0; number < 520; number += 1)
        await writeFile(join(directory, `me-${number}-big-TOC.txt`), content);
      const { archive, record } = await packedFolder(directory);
      const { problems } = await proveArchive({
        archive,
        jobs: 2,
        signal,
        ...(manifest === 'with' ? { record } : {}),
      });
      expect(problems.map(({ problem }) => problem).join('\n')).toMatch(/no table has so many/);
    },
  );

  it('by one member much larger than those of ours is none of ours', () => {
    const whole = (size: number) => {
      const content = Buffer.alloc(size);
      return Buffer.concat(memberOf(content, storedBlocks(content)));
    };
    expect(memberLength(whole(MIB))).toBeGreaterThan(MIB);
    expect(memberLength(whole(3 * MIB))).toBeUndefined();
  });
});
