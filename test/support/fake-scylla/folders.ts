import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./programs/program.mjs', import.meta.url));

/** Where everything of a fake lies, below its folder. */
export interface Paths {
  readonly data: string;
  readonly programs: string;
  readonly calls: string;
  readonly pids: string;
}

export function makeFolders(folder: string): Paths {
  const programs = join(folder, 'programs');
  const written = join(folder, 'written');
  mkdirSync(programs, { recursive: true });
  // Programs write there also when the tool runs as another user.
  mkdirSync(written, { recursive: true });
  chmodSync(written, 0o777);
  mkdirSync(join(folder, 'scylla'), { recursive: true });
  return {
    data: join(folder, 'scylla', 'data'),
    programs,
    calls: join(written, 'calls.jsonl'),
    pids: join(written, 'hanging.jsonl'),
  };
}

/** `nodetool` and `service`: two names of one program, the fake's address beside them. */
export function installPrograms(
  paths: Paths,
  address: { readonly host: string; readonly port: number },
): void {
  const program = join(paths.programs, 'program.mjs');
  copyFileSync(PROGRAM, program);
  chmodSync(program, 0o755);
  for (const name of ['nodetool', 'service']) symlinkSync('program.mjs', join(paths.programs, name));
  writeFileSync(
    join(paths.programs, 'fake.json'),
    `${JSON.stringify({ ...address, calls: paths.calls, pids: paths.pids })}\n`,
  );
}
