import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Lines in it only tell what was done, a refused run among it. */
const HISTORY = 'history.jsonl';

/**
 * Every file and folder below a folder, one line each: path, mode, owner, and the hash of what is in it. Two equal lists are
 * two equal trees. The store's history is left out.
 */
export function treeOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return ['(nothing)'];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return ['', ...names.filter((name) => !name.endsWith(HISTORY))].map((name) => {
    const path = join(folder, name);
    const { mode, uid } = lstatSync(path);
    const content = lstatSync(path).isFile()
      ? createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16)
      : 'folder';
    return `${name || '.'} ${(mode & 0o7777).toString(8)} ${uid} ${content}`;
  });
}

/** The files below a folder, without folders, sorted. */
export const filesIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => lstatSync(join(folder, name)).isFile())
        .sort()
    : [];
