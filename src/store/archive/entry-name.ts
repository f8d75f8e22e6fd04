import { parseComponentName, SNAPSHOT_NOTES } from '../../model/sstable.js';

/**
 * The plain file name of an archive's entry, or undefined for anything that does not belong into one: folders, `../x`,
 * `/etc/x`, scripts. What is unpacked as root beside a database must be on this list.
 */
export function plainEntryName(path: string): string | undefined {
  const name = path.startsWith('./') ? path.slice(2) : path;
  const allowed = SNAPSHOT_NOTES.has(name) || parseComponentName(name) !== undefined;
  return allowed ? name : undefined;
}
