import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

let found: string | undefined;

/** The built program. Another copy of it can be named, to test while somebody works on `src/`. */
export const builtProgram = (): string => (found ??= findProgram());

function findProgram(): string {
  const named = process.env['ALTERNATOR_BACKUP_PROGRAM'];
  if (named !== undefined) return named;
  const main = join(ROOT, 'dist', 'main.js');
  if (!existsSync(main)) throw new Error('There is no dist/: run npm run build first.');
  if (newestIn(join(ROOT, 'src')) > statSync(main).mtimeMs)
    throw new Error('dist/ is older than src/: run npm run build first.');
  return join(ROOT, 'bin', 'alternator-backup.js');
}

const newestIn = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => statSync(join(folder, name)).mtimeMs),
  );
