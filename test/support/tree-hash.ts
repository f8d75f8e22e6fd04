import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** One digest of everything below a folder: names, kinds, modes, owners and bytes. `Nothing changed` means it is equal. */
export async function treeHash(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const line of await treeLines(root, '')) hash.update(`${line}\n`);
  return hash.digest('hex');
}

async function treeLines(root: string, path: string): Promise<readonly string[]> {
  const here = join(root, path);
  const found = await lstat(here).catch(() => undefined);
  if (!found) return [`${path} is not there`];
  const head = `${path} ${found.mode.toString(8)} ${found.uid}:${found.gid}`;
  if (found.isSymbolicLink()) return [`${head} -> ${await readlink(here)}`];
  if (!found.isDirectory()) {
    const bytes = await readFile(here);
    return [`${head} ${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`];
  }
  const lines = [head];
  for (const name of (await readdir(here)).sort()) lines.push(...(await treeLines(root, join(path, name))));
  return lines;
}
