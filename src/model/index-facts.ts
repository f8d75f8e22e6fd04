import { canonicalJson } from './canonical-json.js';
import { NOT_COMPARED } from './schema-exceptions.js';
import { keysOf, type IndexDescription, type TableDescription } from './table-schema.js';

/** One index as flat facts. */
export interface IndexFacts {
  /** For an index that only one of two tables has. */
  readonly summary: string;
  readonly members: ReadonlyMap<string, string>;
  /** The attributes of its keys. */
  readonly attributes: readonly string[];
}

/** The indexes of a table by name: no two of one table share a name. */
export function indexFacts(describe: TableDescription | undefined): ReadonlyMap<string, IndexFacts> {
  if (!describe) return new Map();
  const of = (kind: string, indexes: readonly IndexDescription[] = []) =>
    indexes.map((index) => [index.IndexName, factsOf(kind, index, describe)] as const);
  return new Map([
    ...of('global', describe.GlobalSecondaryIndexes),
    ...of('local', describe.LocalSecondaryIndexes),
  ]);
}

const TOLD_APART = new Set(['IndexName', 'KeySchema', 'Projection', 'ProvisionedThroughput']);

function factsOf(kind: string, index: IndexDescription, describe: TableDescription): IndexFacts {
  const keys = keysOf(describe, index.KeySchema);
  const members = new Map([
    ['kind', kind],
    ['keys', keys],
    ['projection', projectionOf(index)],
  ]);
  for (const [name, value] of Object.entries(index)) {
    const text = canonicalJson(value);
    if (!TOLD_APART.has(name) && !(name in NOT_COMPARED) && text !== undefined) members.set(name, text);
  }
  return {
    summary: `${kind}, ${keys}`,
    members,
    attributes: index.KeySchema.map(({ AttributeName }) => AttributeName),
  };
}

function projectionOf({ Projection }: IndexDescription): string {
  const { ProjectionType = 'ALL', NonKeyAttributes } = (Projection ?? {}) as {
    ProjectionType?: string;
    NonKeyAttributes?: readonly string[];
  };
  return NonKeyAttributes ? `${ProjectionType} (${[...NonKeyAttributes].sort().join(', ')})` : ProjectionType;
}
