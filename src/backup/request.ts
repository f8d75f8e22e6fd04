import type { TableName } from '../model/table-name.js';

/**
 * `full`: everything is compressed anew. `auto`: what the backup before has already is copied from it, if there is one.
 * `incremental`: the same, but without a backup before the table fails.
 */
export type TypeWanted = 'full' | 'incremental' | 'auto';

/** What somebody wants backed up: by flags or by the menu, complete either way. */
export interface BackupRequest {
  readonly type: TypeWanted;
  /** The label of the backup whose files need not be compressed again; the newest good one where nobody says. */
  readonly baseline?: string;
  readonly tables: readonly TableName[] | 'all';
  /** Take this node's files even where they are only a share of the table. */
  readonly nodeLocalOnly: boolean;
  /** Read every item before and after the snapshot, and write down how many there are and their checksum. */
  readonly checksum?: boolean;
  /** Tables that no word of the request named: one that is no table of Alternator is left out, as with `all`. */
  readonly byPattern?: ReadonlySet<TableName>;
}
