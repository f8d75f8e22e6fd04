import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes every TOC.txt of an upload; the server then deletes the rest and says that all is well (nodetool/377). */
export async function loseTocs(upload: string): Promise<void> {
  for (const name of await readdir(upload)) {
    if (name.endsWith('-TOC.txt')) await rm(join(upload, name));
  }
}
