import type { TableName } from '../model/table-name.js';

/** What somebody wants backed up: by flags or by the menu, complete either way. */
export interface BackupRequest {
  readonly tables: readonly TableName[] | 'all';
  /** Take this node's files even where they are only a share of the table. */
  readonly nodeLocalOnly: boolean;
}
