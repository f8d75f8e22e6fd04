import { randomBytes } from 'node:crypto';

/** One table of the fake, as API, CQL and nodetool all see it. Names of columns and indexes are as in Scylla. */
export interface FakeTable {
  readonly name: string;
  readonly keyspace: string;
  /** A new one each time that a table of this name is made. */
  readonly id: string;
  readonly keys: readonly KeyElement[];
  /** Of all attributes that are a key of the table or of an index. */
  readonly types: ReadonlyMap<string, AttributeType>;
  readonly indexes: readonly FakeIndex[];
  /** Columns of the base table, in the order of `DESC TABLE`. */
  readonly columns: readonly Column[];
  readonly billing: Billing;
  readonly tags: ReadonlyMap<string, string>;
  /** Views that CQL made. */
  cqlViews: readonly CqlView[];
  timeToLive: string | undefined;
  stream: Stream | undefined;
  /** SSTables that the server has loaded, by their id. */
  loaded: ReadonlyMap<string, Holding>;
  /** Those of them whose rows are in the indexes already. */
  indexed: ReadonlySet<string>;
}

export type AttributeType = 'S' | 'N' | 'B';

export interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface FakeIndex {
  readonly kind: 'global' | 'local';
  readonly name: string;
  /** As DescribeTable shows them. */
  readonly keys: readonly KeyElement[];
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly activeFrom: number;
}

export interface CqlView {
  readonly name: string;
  readonly statement: string;
  readonly id: string;
  readonly builtFrom: number;
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly kind: 'partition_key' | 'clustering' | 'regular';
  readonly position: number;
}

export type Billing =
  | { readonly mode: 'PAY_PER_REQUEST' }
  | { readonly mode: 'PROVISIONED'; readonly read: number; readonly write: number };

export interface Stream {
  readonly viewType: string;
  readonly id: string;
  readonly label: string;
}

/** What is in one SSTable. Two SSTables of the same content hold the same items. */
export interface Holding {
  readonly content: string;
  readonly items: number;
}

/** The name that the index's view has (alternator/executor.hh). */
export const viewNameOf = (table: string, { kind, name }: Pick<FakeIndex, 'kind' | 'name'>): string =>
  kind === 'global' ? `${table}:${name}` : `${table}!:${name}`;

export const directoryNameOf = (name: string, id: string): string => `${name}-${id.replaceAll('-', '')}`;

/** Every name below the keyspace that has a directory: the table, its views, the log of its stream. */
export const directoriesOf = (table: FakeTable): readonly string[] => [
  directoryNameOf(table.name, table.id),
  ...table.indexes.map((index) => directoryNameOf(viewNameOf(table.name, index), index.id)),
  ...table.cqlViews.map(({ name, id }) => directoryNameOf(name, id)),
  ...(table.stream ? [directoryNameOf(`${table.name}_scylla_cdc_log`, table.stream.id)] : []),
];

export const itemsOf = (table: FakeTable): number => count([...table.loaded.values()]);

export const indexedItemsOf = (table: FakeTable): number =>
  count([...table.loaded].filter(([id]) => table.indexed.has(id)).map(([, holding]) => holding));

const count = (holdings: readonly Holding[]): number =>
  [...new Map(holdings.map(({ content, items }) => [content, items])).values()].reduce((a, b) => a + b, 0);

/** A version 1 uuid, as the server makes them; nothing depends on its time. */
export function newId(): string {
  const hex = randomBytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-1${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
