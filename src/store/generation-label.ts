import { basename, dirname } from 'node:path';
import { VERSIONS } from './layout.js';
import type { StoredBackup, UnusableFolder } from './store.js';

/**
 * What `--from` takes for a generation: its label, or the name of its folder where no manifest says one. Undefined of a newest
 * one without a manifest, which nothing but its table names.
 */
export function generationLabel(found: StoredBackup | UnusableFolder): string | undefined {
  if ('kind' in found && found.kind === 'manifest') return found.label;
  return basename(dirname(dirname(found.folder))) === VERSIONS ? basename(found.folder) : undefined;
}
