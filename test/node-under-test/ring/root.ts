import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Root {
  readonly path: string;
  /** Made here, so it goes when the ring goes. */
  readonly isOurs: boolean;
}

/** The folder that holds everything of a ring. */
export async function makeRoot(options: { readonly root?: string; readonly user?: number }): Promise<Root> {
  if (options.root !== undefined) {
    const path = resolve(options.root);
    await mkdir(path, { recursive: true });
    return { path, isOurs: false };
  }
  const path = await mkdtemp(join(tmpdir(), 'node-under-test-'));
  // A database process of another user must get through.
  if (options.user !== undefined) await chmod(path, 0o755);
  return { path, isOurs: true };
}
