import type { NodeBench } from './with-node.js';

/** A table as the independent reader sees it. */
export interface TableState {
  /** Null: there is no such table. */
  readonly items: ReadonlyMap<string, string> | null;
  readonly indexes: Readonly<Record<string, number>>;
  readonly schema: unknown;
}

/** Reads a table whole: every item, the size of each index, the schema. */
export async function stateOf({ reader }: NodeBench, table: string): Promise<TableState> {
  const described = await reader.describe(table).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  });
  if (!described) return { items: null, indexes: {}, schema: null };
  const { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = described;
  const indexes: Record<string, number> = {};
  for (const { IndexName = '' } of [...GlobalSecondaryIndexes, ...LocalSecondaryIndexes])
    indexes[IndexName] = await reader.count(table, IndexName);
  return { items: await reader.contents(table), indexes, schema: await reader.schema(table) };
}

export const isSame = (found: TableState, wanted: TableState): boolean =>
  differences(found, wanted).length === 0;

/** What is not as wanted, said shortly. */
export function differences(found: TableState, wanted: TableState): readonly string[] {
  if (found.items === null || wanted.items === null) {
    if (found.items === wanted.items) return [];
    return [found.items === null ? 'the table is gone' : 'there is a table where none was'];
  }
  const { items } = found;
  const missing = [...wanted.items].filter(([key, digest]) => items.get(key) !== digest).length;
  const foreign = [...items.keys()].filter((key) => wanted.items?.has(key) !== true).length;
  return [
    ...(missing > 0 ? [`${missing} of ${wanted.items.size} items missing or different`] : []),
    ...(foreign > 0 ? [`${foreign} items too many`] : []),
    ...(same(found.indexes, wanted.indexes)
      ? []
      : [`indexes ${JSON.stringify(found.indexes)} instead of ${JSON.stringify(wanted.indexes)}`]),
    ...(same(found.schema, wanted.schema) ? [] : ['another schema']),
  ];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
