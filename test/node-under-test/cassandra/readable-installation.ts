import { chmod, copyFile, cp, link, mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf } from '../system-errors.js';
import type { Installation } from './installation.js';

/**
 * The same class path below `folder`, where a database process of another user can read it: the cache usually lies in a
 * home that nobody else may enter. Jars are hard-linked where that is possible.
 */
export async function readableInstallation(
  installation: Installation,
  folder: string,
): Promise<Installation> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const classPath: string[] = [];
  for (const [position, entry] of installation.classPath.entries()) {
    const target = join(folder, `${position}-${basename(entry)}`);
    if ((await stat(entry)).isDirectory()) {
      await cp(entry, target, { recursive: true });
      await chmod(target, 0o755);
    } else {
      await link(entry, target).catch((error: unknown) => {
        if (codeOf(error) !== 'EXDEV') throw error;
        return copyFile(entry, target);
      });
    }
    classPath.push(target);
  }
  return { ...installation, classPath };
}
