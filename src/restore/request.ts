import type { TableName } from '../model/table-name.js';

/** By which means the table is made again. */
export type SchemaWay = 'alternator' | 'cql';

/** What somebody wants restored: by flags or by the menu, complete either way. */
export interface RestoreRequest {
  readonly tables: readonly TableName[] | 'all';
  /** The label of the generation; the newest one without it. */
  readonly from: string | undefined;
  /** Stop the service, place the files, start it: the documented order. */
  readonly offline: boolean;
  readonly schema: SchemaWay;
  /** Restore a backup that holds only one node's share of its table. */
  readonly nodeLocalOnly: boolean;
}
