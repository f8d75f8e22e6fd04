import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeBench } from './with-node.js';

export interface JournalStep {
  readonly step: string;
  readonly begunAt: string;
  readonly endedAt: string | null;
}

export interface JournalFile {
  readonly id: string;
  readonly startedAt: string;
  readonly steps: readonly JournalStep[];
  readonly tables: readonly { readonly name: string; readonly steps: readonly JournalStep[] }[];
}

/** Both places that the work directory may have (ARCHITECTURE.md). */
export const workDirectories = ({ node }: NodeBench): readonly string[] =>
  [
    join(node.addresses.dataDirectory, '..', 'alternator-backup'),
    join(node.addresses.dataDirectory, '.alternator-backup'),
  ].filter((path) => existsSync(path));

/** The oldest first; read as plain JSON, not by the tool's own reader. */
export function journalsOf(bench: NodeBench): readonly JournalFile[] {
  const folders = workDirectories(bench).map((path) => join(path, 'jobs'));
  const files = folders.flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [],
  );
  return files
    .filter((file) => /\/[^./][^/]*\.json$/.test(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as JournalFile)
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}
