import { ApiError, internal, validation } from '../api-error.js';
import { askedIndex, indexColumns, viewPlan, type AskedIndex, type BaseKey } from '../index-request.js';
import { indexMade } from '../index-status.js';
import type { Instance } from '../instance.js';
import { definitionsOf, type Definitions, type KeyAttribute } from '../key-schema.js';
import { objectOf, optionalList, optionalObject, optionalString, type Request } from '../request-json.js';
import { addColumns, createView, dropView } from '../schema-change.js';
import {
  findIndex,
  isLocalIndexKey,
  keyOf,
  type Column,
  type IndexSchema,
  type TableSchema,
} from '../table-schema.js';

export type IndexChange =
  | { readonly kind: 'create'; readonly index: AskedIndex; readonly base: BaseKey }
  | { readonly kind: 'delete'; readonly index: IndexSchema };

/** The one creation or deletion that an UpdateTable may ask for (recorded api 621 to 644). */
export function askedIndexChange(
  request: Request,
  updates: readonly unknown[],
  table: TableSchema,
): IndexChange {
  const [first, ...others] = updates.map(objectOf);
  if (first === undefined || others.length > 0) {
    throw new ApiError(
      'LimitExceededException',
      'GlobalSecondaryIndexUpdates only allows one index creation or deletion',
    );
  }
  const create = optionalObject(first, 'Create');
  if (create !== undefined) return creation(request, create, table);
  const remove = optionalObject(first, 'Delete');
  if (remove !== undefined) return deletion(remove, table);
  const [operation = ''] = Object.keys(first);
  throw validation(`GlobalSecondaryIndexUpdates ${operation} not yet supported`);
}

function deletion(remove: Request, table: TableSchema): IndexChange {
  const name = optionalString(remove, 'IndexName') ?? '';
  const index = findIndex(table, name);
  if (index?.kind !== 'global') {
    throw new ApiError('ResourceNotFoundException', `No GSI ${name} in table ${table.name}`);
  }
  return { kind: 'delete', index };
}

function creation(request: Request, create: Request, table: TableSchema): IndexChange {
  const list = optionalList(request, 'AttributeDefinitions');
  if (list === undefined) throw validation('GlobalSecondaryIndexUpdates Create needs AttributeDefinitions');
  const name = optionalString(create, 'IndexName') ?? '';
  const present = findIndex(table, name);
  if (present?.kind === 'global') throw validation(`GSI ${name} already exists in table ${table.name}`);
  if (present !== undefined) {
    throw validation(`LSI ${name} already exists in table ${table.name}, can't use same name for GSI`);
  }
  const definitions = definitionsOf(list);
  verifySameTypes(definitions, table);
  const base = { table: table.name, hash: table.hash, range: table.range };
  const index = askedIndex(create, 'global', base, definitions);
  definitions.verifyAllUsed();
  return { kind: 'create', index, base };
}

function verifySameTypes({ types }: Definitions, table: TableSchema): void {
  const keys = [keyOf(table), ...table.indexes.map(({ hash, range }) => [hash, range])].flat();
  for (const key of keys) {
    const asked = key && types.get(key.name);
    if (key === undefined || asked === undefined || asked === key.type) continue;
    throw validation(
      `AttributeDefinitions redefined ${key.name} to ${asked} already a key attribute of type ${key.type} in this table`,
    );
  }
}

/**
 * Adds the columns and the view at once, and has the values moved from `":attrs"` into the columns afterwards: until then
 * the index says CREATING.
 */
export async function createIndex(
  instance: Instance,
  table: TableSchema,
  { index, base }: Extract<IndexChange, { kind: 'create' }>,
): Promise<void> {
  const { view, key, sortedBy } = viewPlan(index, base);
  const columns = indexColumns([index], base);
  const missing = columns.filter((column) => !isThere(table, column));
  const toBeFilled = columns
    .map(({ name }) => name)
    .filter((name) => !table.others.some((column) => column.name === name && isLocalIndexKey(table, column)));
  const state = instance.state.read(table);
  const entry = {
    name: index.name,
    kind: index.kind,
    toBeFilled,
    ...(sortedBy === undefined ? {} : { sortedBy }),
  };
  instance.state.write(table.keyspace, { ...state, indexes: { ...state.indexes, [view]: entry } });

  if (missing.length > 0) await instance.change(addColumns(table, missing));
  await instance.change(createView(table, { view, key }));
  indexMade(table.id, view);
  instance.filling.begin(table);
}

/** A column may be left from an index that was deleted, since Cassandra does not drop columns below a view. */
function isThere(table: TableSchema, { name, type }: KeyAttribute): boolean {
  const column: Column | undefined = table.others.find((candidate) => candidate.name === name);
  if (column !== undefined && column.type !== type) {
    throw internal(
      `column ${name} of type ${column.cqlType} is left from another index and cannot hold type ${type}`,
    );
  }
  return column !== undefined;
}

/** As with Scylla, the view's automatic snapshot is taken first. */
export async function deleteIndex(
  instance: Instance,
  table: TableSchema,
  { view }: IndexSchema,
): Promise<void> {
  await instance.beforeDrop(table.keyspace, [view]);
  await instance.change(dropView(table.keyspace, view));
  const state = instance.state.read(table);
  const { [view]: gone, ...indexes } = state.indexes;
  if (gone !== undefined) instance.state.write(table.keyspace, { ...state, indexes });
}
