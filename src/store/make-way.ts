import { randomBytes } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { localDate } from '../model/label.js';
import { exists, makeDirectory, namesIn } from '../system/files.js';
import { README_FILE, type Layout } from './layout.js';
import { isUnusable, readBackupFolder } from './read-backup.js';

/** Where what lies in the place of a new backup belongs. */
export interface WayOut {
  /**
   * `generation`: a backup, or what may be one: one that cannot be used has a `problem`. `remains`: of a backup nothing is left but its README.txt, or not even that;
   * it can go. `foreign`: somebody's own, which is kept, but is no generation.
   */
  readonly kind: 'generation' | 'remains' | 'foreign';
  readonly path: string;
  readonly problem?: string;
}

/** Of what is there. Moves nothing, but makes the folder that it can be moved into; `label` is that of the generation, if it has one. */
export async function wayOutOf(layout: Layout, table: string, label: string | undefined): Promise<WayOut> {
  const folder = layout.table(table);
  const { kind, ...problem } = await kindOf(folder, table);
  const day = localDate((await lstat(folder)).mtime);
  switch (kind) {
    case 'generation':
      await makeDirectory(layout.versions(table));
      return {
        kind,
        ...problem,
        path: await free((name) => layout.version(table, name), label ?? `documented_${day}`),
      };
    case 'foreign':
      await makeDirectory(layout.setAside);
      return { kind, path: await free((name) => join(layout.setAside, name), `${day}_${table}`) };
    case 'remains':
      await makeDirectory(layout.trash);
      return { kind, path: join(layout.trash, `${process.pid}_${randomBytes(4).toString('hex')}`) };
  }
}

async function kindOf(folder: string, table: string): Promise<Omit<WayOut, 'path'>> {
  const found = await readBackupFolder(folder, table);
  if (found === undefined) return { kind: 'foreign' };
  if (!isUnusable(found)) return { kind: 'generation' };
  const generation = { kind: 'generation', problem: found.problem } as const;
  if (found.cause !== undefined) return generation;
  // No backup, and ours: an only file is its README.txt.
  const names = await namesIn(folder);
  const isEmptied = names.length === 0 || (names.length === 1 && names[0] === README_FILE);
  return isEmptied ? { kind: 'remains' } : generation;
}

async function free(pathOf: (name: string) => string, name: string): Promise<string> {
  let path = pathOf(name);
  for (let round = 1; await exists(path); round += 1) path = pathOf(`${name}_r${round}`);
  return path;
}
