import { cutOff } from './cut-off-run.js';
import { workbench, type Change, type Ran, type Workbench } from './workbench.js';

/** A bench on which `run` died when the journal had just taken `what`, as `truncate end`, for the nth time. */
export async function cutAt(
  what: string,
  make: () => Promise<Workbench>,
  run: (bench: Workbench, change: Change) => Promise<Ran>,
  nth = 1,
): Promise<Workbench> {
  const trial = await make();
  const { writings } = await cutOff(trial, undefined, (change) => run(trial, change));
  const bench = await make();
  await cutOff(bench, { writing: writingOf(what, writings, nth), side: 'after' }, (change) =>
    run(bench, change),
  );
  return bench;
}

/** Which writing that is, from one on. */
export function writingOf(what: string, writings: readonly string[], nth = 1): number {
  const places = writings.flatMap((each, index) => (each === what ? [index + 1] : []));
  const place = places[nth - 1];
  if (place === undefined) throw new Error(`no ${what} in ${writings.join(', ')}`);
  return place;
}

/** Tables of three items each with a backup, and one later item in each. */
export async function backedUp(...tables: readonly string[]): Promise<Workbench> {
  const bench = await workbench();
  for (const table of tables) await bench.fill(table, 3);
  const { result, log } = await bench.backup({ tables });
  if (result !== 0) throw new Error(`the backup gave ${String(result)}: ${log().join('\n')}`);
  for (const table of tables) bench.engine.put(table, 'later', 'x');
  return bench;
}

export const SAVED = ['k0', 'k1', 'k2'];
export const LATER = [...SAVED, 'later'];
export const keysOf = (bench: Workbench, table = 'users'): readonly string[] =>
  [...bench.engine.items(table).keys()].sort();
export const story = ({ result, log, said }: Ran): string => [String(result), ...log(), said()].join('\n');
