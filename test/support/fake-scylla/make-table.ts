import {
  newId,
  type AttributeType,
  type Billing,
  type Column,
  type FakeIndex,
  type FakeTable,
  type KeyElement,
} from './table.js';

export interface IndexRequest {
  readonly kind: 'global' | 'local';
  readonly name: string;
  readonly keys: readonly KeyElement[];
}

export interface TableRequest {
  readonly name: string;
  readonly keys: readonly KeyElement[];
  readonly types: ReadonlyMap<string, AttributeType>;
  readonly indexes: readonly IndexRequest[];
  readonly billing: Billing;
  readonly tags: ReadonlyMap<string, string>;
  /** Real columns besides the keys and `:attrs`. The keys of local indexes always are (SCYLLA.md 1.4, 2025.1). */
  readonly columns?: readonly Column[];
  /** When its global indexes are ACTIVE. */
  readonly activeFrom: number;
}

const CQL_TYPE: Readonly<Record<AttributeType, string>> = { S: 'text', N: 'decimal', B: 'blob' };

/** A new and empty table with a new id. */
export function makeTable(request: TableRequest): FakeTable {
  const { name, keys, types, billing, tags } = request;
  return {
    name,
    keyspace: `alternator_${name}`,
    id: newId(),
    keys,
    types,
    indexes: request.indexes.map((index): FakeIndex => ({
      ...index,
      keys: index.kind === 'global' ? shownKeys(index.keys, keys) : index.keys,
      id: newId(),
      activeFrom: request.activeFrom,
    })),
    columns: columnsOf(request),
    billing,
    tags,
    cqlViews: [],
    timeToLive: undefined,
    stream: undefined,
    loaded: new Map(),
    indexed: new Set(),
  };
}

/** A global index of a hash key only is shown with the first key of the base table that it lacks (recorded api 126). */
function shownKeys(keys: readonly KeyElement[], tableKeys: readonly KeyElement[]): readonly KeyElement[] {
  if (keys.length > 1) return keys;
  const lacking = tableKeys.find(({ AttributeName }) => AttributeName !== keys[0]?.AttributeName);
  return lacking ? [...keys, { AttributeName: lacking.AttributeName, KeyType: 'RANGE' }] : keys;
}

function columnsOf({ keys, types, indexes, columns = [] }: TableRequest): readonly Column[] {
  const typeOf = (attribute: string) => CQL_TYPE[types.get(attribute) ?? 'S'];
  const keyColumns = keys.map(({ AttributeName, KeyType }): Column => ({
    name: AttributeName,
    type: typeOf(AttributeName),
    kind: KeyType === 'HASH' ? 'partition_key' : 'clustering',
    position: 0,
  }));
  const known = new Set([...keyColumns, ...columns].map(({ name }) => name));
  const localKeys = indexes
    .filter(({ kind }) => kind === 'local')
    .flatMap((index) => index.keys.map(({ AttributeName }) => AttributeName));
  const regular = [...new Set(localKeys)]
    .filter((name) => !known.has(name))
    .map((name): Column => ({ name, type: typeOf(name), kind: 'regular', position: -1 }));
  const attributes: Column = { name: ':attrs', type: 'map<text, blob>', kind: 'regular', position: -1 };
  return [...keyColumns, ...[attributes, ...columns, ...regular].sort((a, b) => (a.name < b.name ? -1 : 1))];
}
