import { readdir, stat } from 'node:fs/promises';

/** The code of a system call's error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** For `.catch()`: nothing there gives `instead`; every other error goes on. */
export function ifMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    const code = codeOf(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    return instead;
  };
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, ifMissing(false));
}

/** Names in a folder; none when it is not there or is no folder. */
export async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch(ifMissing<string[]>([]));
}
