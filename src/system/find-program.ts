import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { KnownError } from '../errors.js';

/** Rejects with kind `program` unless the program could be started: found as a path, or by name on the PATH. */
export async function expectProgram(program: string, hint: string): Promise<void> {
  const places = program.includes('/')
    ? [program]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder || '.', program));
  for (const place of places) {
    if (await isAllowed(place, constants.X_OK)) return;
  }
  throw new KnownError('program', `The program ${program} cannot be found`, {
    hint,
    changed: 'Nothing was done.',
  });
}

/** Whether this user may access a path so. */
export const isAllowed = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
