import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CrashRow } from './kill-points.js';
import { journalsOf, workDirectories } from './journal-files.js';
import type { NodeBench } from './with-node.js';

/** Staged files, tags of ours, files in upload/ and staging/ of the table, a stopped service. Safety copies are none. */
export function leftoversOf(bench: NodeBench, table: string): readonly string[] {
  const { nodetool, dataDirectory, service } = bench.node.addresses;
  const [program = '', ...rest] = nodetool;
  const [status = '', ...words] = service.status;
  const kept = new Set(keptCopies(bench));
  const staged = workDirectories(bench).flatMap((work) =>
    filesBelow(work).filter(
      (file) => !file.startsWith(join(work, 'jobs')) && ![...kept].some((copy) => file.startsWith(copy)),
    ),
  );
  const keyspace = join(dataDirectory, `alternator_${table}`);
  const waiting = filesBelow(keyspace).filter((file) => /\/(upload|staging)\/.*\.db$/.test(file));
  const tags = new Set(
    execFileSync(program, [...rest, 'listsnapshots'], { encoding: 'utf8' }).match(/^altbk_\S+/gm) ?? [],
  );
  return [
    ...(staged.length > 0 ? [`${staged.length} files left in the work directory: ${staged[0] ?? ''}`] : []),
    ...(waiting.length > 0 ? [`${waiting.length} files in upload/ or staging/`] : []),
    ...[...tags].map((tag) => `snapshot ${tag} is left`),
    ...(spawnSync(status, words, { timeout: 60_000 }).status === 0 ? [] : ['the service is stopped']),
  ];
}

/**
 * Where a load was cut off after the server had made files of its own of it, be it while the table was put back, nobody can tell these
 * from what people wrote: a copy is kept for people, and told. Nowhere else, and never unsaid. Removes it, as people would.
 */
export function setAsideBy(
  bench: NodeBench,
  { point, then }: Pick<CrashRow, 'point' | 'then'>,
  told: string,
): readonly string[] {
  const places = workDirectories(bench).flatMap((work) => {
    const folder = join(work, 'set-aside');
    if (!existsSync(folder)) return [];
    return readdirSync(folder).flatMap((job) =>
      readdirSync(join(folder, job)).map((name) => join(folder, job, name)),
    );
  });
  const mayBe =
    point.when === 'before end' && (point.step === 'roll back' || (point.step === 'load' && then === 'undo'));
  for (const work of workDirectories(bench))
    rmSync(join(work, 'set-aside'), { recursive: true, force: true });
  return places.flatMap((place) => [
    ...(mayBe ? [] : [`set aside though nobody wrote: ${place}`]),
    ...(told.includes(place) ? [] : [`set aside and not told: ${place}`]),
  ]);
}

/** The folders that journals name as safety copies. */
const keptCopies = (bench: NodeBench): readonly string[] =>
  journalsOf(bench).flatMap(({ tables }) =>
    (tables as readonly { readonly safetyCopy?: string | null }[]).flatMap(({ safetyCopy }) =>
      typeof safetyCopy === 'string' ? [safetyCopy] : [],
    ),
  );

const filesBelow = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];
