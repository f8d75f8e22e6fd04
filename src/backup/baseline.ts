import type { ArchiveEntry } from '../model/manifest.js';
import type { TableName } from '../model/table-name.js';
import type { Generation, ManifestBackup, Store } from '../store/store.js';
import type { BackupRequest } from './request.js';

/** What a backup of a table can build on; a string says why there is nothing. */
export type Baseline = BaselineBackup | string;

export interface BaselineBackup extends ManifestBackup {
  /** Whether `verify` has decompressed all of it and found it right. */
  readonly isVerified?: true;
}

/**
 * The newest backup of a table whose archive says where each entry lies, or the one of that label. Never one that was
 * found invalid; one that nobody verified will do, since what was never decompressed before is decompressed and compared with
 * the file when it is copied. `onPassedOver` is told why a newer one is not it.
 */
export async function findBaseline(
  table: TableName,
  { type, baseline: label }: Pick<BackupRequest, 'type' | 'baseline'>,
  store: Pick<Store, 'generations'>,
  onPassedOver: (sentence: string) => void = () => undefined,
): Promise<Baseline> {
  if (type === 'full') return 'everything is compressed anew';
  const generations = await store.generations(table);
  if (label !== undefined) {
    const [found] = generations.filter((each) => labelOf(each) === label);
    if (!found) return `There is no backup ${label} of '${table}' to build on${thereAre(generations)}`;
    const usable = usableOf(found);
    return typeof usable === 'string'
      ? `Nothing can be built on backup ${label} of '${table}': ${usable}`
      : usable;
  }
  for (const generation of generations) {
    const usable = usableOf(generation);
    if (typeof usable !== 'string') return usable;
    onPassedOver(`Nothing can be reused of ${spokenOf(generation)}: ${usable}`);
  }
  return `There is no backup of '${table}' to build on: run a full backup first (--type full)`;
}

/** Whoever has verified a backup has decompressed every segment of it. */
export const entriesOf = ({ manifest, isVerified }: BaselineBackup): readonly ArchiveEntry[] =>
  manifest.archive.entries.map((entry) =>
    isVerified === true && entry.segment !== null
      ? { ...entry, segment: { ...entry.segment, opened: true } }
      : entry,
  );

function usableOf({ found, verified }: Generation): Baseline {
  if ('problem' in found) return found.problem;
  if (found.kind !== 'manifest') return 'it has no manifest';
  if (verified?.state === 'invalid') return `it was found invalid (${verified.problems[0] ?? verified.at})`;
  const { entries } = found.manifest.archive;
  // Of an empty table nothing need be copied.
  if (entries.some(({ segment }) => segment === null))
    return 'its archive is one stream, of which no part can be copied';
  return verified?.depth === 'full' ? { ...found, isVerified: true } : found;
}

const spokenOf = (generation: Generation): string =>
  `backup ${labelOf(generation) ?? generation.found.folder} of ${generation.found.table}`;

const labelOf = ({ found }: Generation): string | undefined =>
  'kind' in found && found.kind === 'manifest' ? found.label : undefined;

function thereAre(generations: readonly Generation[]): string {
  const labels = generations.flatMap((each) => labelOf(each) ?? []);
  return labels.length === 0
    ? ': run a full backup first (--type full)'
    : `. There are: ${labels.join(', ')}`;
}
