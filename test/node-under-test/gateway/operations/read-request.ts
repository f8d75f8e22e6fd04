import { validation } from '../api-error.js';
import { keyColumnValue } from '../column-value.js';
import type { ItemReader } from '../item-row.js';
import {
  optionalBoolean,
  optionalInteger,
  optionalObject,
  optionalString,
  type Request,
} from '../request-json.js';
import type { StartKey } from '../row-source.js';
import { findIndex, type IndexSchema, type TableSchema } from '../table-schema.js';

/** The index that a Query or Scan names, if it names one. */
export function askedIndex(request: Request, table: TableSchema): IndexSchema | undefined {
  const name = optionalString(request, 'IndexName');
  if (name === undefined) return undefined;
  const index = findIndex(table, name);
  if (index === undefined) {
    throw validation(`Requested resource not found: Index '${name}' for table '${table.name}'`);
  }
  return index;
}

export function askedConsistency(request: Request, index?: IndexSchema): 'one' | 'quorum' {
  const consistent = optionalBoolean(request, 'ConsistentRead') ?? false;
  if (consistent && index?.kind === 'global') {
    throw validation('Consistent reads are not allowed on global indexes (GSI)');
  }
  return consistent ? 'quorum' : 'one';
}

export function askedLimit(request: Request): number | undefined {
  const limit = optionalInteger(request, 'Limit');
  if (limit !== undefined && limit <= 0) throw validation('Limit must be greater than 0');
  return limit;
}

export function askedStart(request: Request, reader: ItemReader): StartKey | undefined {
  const start = optionalObject(request, 'ExclusiveStartKey');
  return start && reader.key.map((column) => keyColumnValue(column, start[column.name]));
}
