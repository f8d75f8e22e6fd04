import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realDirectoryBelow } from '../../../src/system/files.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

describe('A directory that should lie below another one', () => {
  it('is given by its path when it does', async () => {
    const parent = await temporaryDirectory();
    await mkdir(join(parent, 'it'));
    expect(await realDirectoryBelow(parent, 'it')).toBe(join(parent, 'it'));
  });

  it.each(['a link', 'a file', 'not there', 'elsewhere'])(
    'is refused where it is %s, with what was changed and what to do',
    async (what) => {
      const parent = await temporaryDirectory();
      await mkdir(join(parent, 'other'));
      const path = join(parent, 'it');
      if (what === 'a link') await symlink(join(parent, 'other'), path);
      if (what === 'a file') await writeFile(path, '');
      const name = what === 'elsewhere' ? '../' : 'it';
      await expect(realDirectoryBelow(parent, name)).rejects.toMatchObject({
        kind: 'files',
        changed: 'Nothing in it was changed.',
        hint: expect.stringMatching(/ls -ld .*--data-dir/) as string,
      });
    },
  );
});
