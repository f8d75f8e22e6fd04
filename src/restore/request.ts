import type { TableName } from '../model/table-name.js';

/** By which means the table is made again. */
export type SchemaWay = 'alternator' | 'cql';

/** `sample`: up to a thousand items must be readable; `full`: all of them, counted and compared. */
export type ItemCheck = 'none' | 'sample' | 'full';

/** What somebody wants restored: by flags or by the menu, complete either way. */
export interface RestoreRequest {
  readonly tables: readonly TableName[] | 'all';
  /** Restore the one table under this name, and leave the original alone. */
  readonly as: TableName | undefined;
  /** With `as`: replace a table that has that name. */
  readonly replace: boolean;
  /** Make the table anew also where emptying it would do. */
  readonly recreate: boolean;
  /** Keep nothing of the present table. */
  readonly noSafetyCopy: boolean;
  /** How the items are judged after the load. */
  readonly check: ItemCheck;
  /** The label of the generation; the newest one without it. */
  readonly from: string | undefined;
  /** Stop the service, place the files, start it: the documented order. */
  readonly offline: boolean;
  readonly schema: SchemaWay;
  /** Leave options that the API cannot set as the server makes them. */
  readonly noTableOptions: boolean;
  /** A view that cannot be made fails its table. */
  readonly strictViews: boolean;
  /** Restore a backup that holds only one node's share of its table. */
  readonly nodeLocalOnly: boolean;
}
