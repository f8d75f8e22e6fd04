import { storageView, type IndexKind } from '../storage-names.js';
import { validation } from './api-error.js';
import { keySchemaOf, type AskedKey, type Definitions, type KeyAttribute } from './key-schema.js';
import { verifyIndexName } from './name-rules.js';
import { objectOf, optionalString } from './request-json.js';

/** An index that is to be made. */
export interface AskedIndex extends AskedKey {
  readonly name: string;
  readonly kind: IndexKind;
  readonly view: string;
}

export interface BaseKey extends AskedKey {
  readonly table: string;
}

/** One element of LocalSecondaryIndexes or GlobalSecondaryIndexes, or the Create of an update. */
export function askedIndex(
  entry: unknown,
  kind: IndexKind,
  base: BaseKey,
  definitions: Definitions,
): AskedIndex {
  const request = objectOf(entry);
  const name = optionalString(request, 'IndexName') ?? '';
  verifyIndexName(name, base.table, kind === 'global' ? ':' : '!:');
  const { hash, range } = keySchemaOf(request, definitions);
  if (kind === 'local') {
    if (base.range === undefined)
      throw validation('LocalSecondaryIndex requires that the base table have a range key');
    if (range === undefined) throw validation('LocalSecondaryIndex requires that a range key be specified');
    if (hash.name !== base.hash.name) {
      throw validation(`LocalSecondaryIndex hash key must match the base table hash key: ${base.hash.name}`);
    }
  }
  return { name, kind, view: storageView(base.table, name, kind), hash, range };
}

/** Both lists of CreateTable. */
export function askedIndexes(
  lists: Readonly<Record<IndexKind, readonly unknown[]>>,
  base: BaseKey,
  definitions: Definitions,
): readonly AskedIndex[] {
  const indexes: AskedIndex[] = [];
  for (const kind of ['local', 'global'] as const) {
    for (const entry of lists[kind]) {
      const index = askedIndex(entry, kind, base, definitions);
      if (indexes.some(({ name }) => name === index.name))
        throw validation(`Duplicate IndexName '${index.name}', `);
      indexes.push(index);
    }
  }
  return indexes;
}

/** How an index becomes a view of the database. */
export interface ViewPlan {
  readonly view: string;
  readonly key: readonly KeyAttribute[];
  /** Left out of the view's key: Cassandra takes one attribute from outside the base key, not two. */
  readonly sortedBy?: string;
}

export function viewPlan(index: AskedIndex, base: AskedKey): ViewPlan {
  const baseKey = base.range === undefined ? [base.hash] : [base.hash, base.range];
  const isBase = ({ name }: KeyAttribute): boolean => baseKey.some((column) => column.name === name);
  const { hash, range, view } = index;
  const leftOut = range !== undefined && !isBase(hash) && !isBase(range);
  const asked = range === undefined || leftOut ? [hash] : [hash, range];
  const rest = baseKey.filter((column) => !asked.some(({ name }) => name === column.name));
  return { view, key: [...asked, ...rest], ...(leftOut ? { sortedBy: range.name } : {}) };
}

/** Attributes of indexes that need a column of their own. */
export function indexColumns(indexes: readonly AskedIndex[], base: AskedKey): readonly KeyAttribute[] {
  const columns = new Map<string, KeyAttribute>();
  for (const { hash, range } of indexes) {
    for (const attribute of range === undefined ? [hash] : [hash, range])
      columns.set(attribute.name, attribute);
  }
  columns.delete(base.hash.name);
  if (base.range !== undefined) columns.delete(base.range.name);
  return [...columns.values()];
}
