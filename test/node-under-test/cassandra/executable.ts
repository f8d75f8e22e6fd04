import { access, constants } from 'node:fs/promises';

/** The first of these files that can be run. */
export async function firstExecutable(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await isExecutable(file)) return file;
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  // Any reason why it cannot be run means the same to those who ask: look further.
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
