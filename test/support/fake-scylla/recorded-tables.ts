import { join } from 'node:path';
import { makeTable, type IndexRequest } from './make-table.js';
import type { FakeTableSpec, RecordedTable } from './options.js';
import { installBulk, installRecorded } from './sstable-sets.js';
import { addTable, noteWritten, type State } from './state.js';
import {
  directoryNameOf,
  newId,
  viewNameOf,
  type AttributeType,
  type Column,
  type FakeTable,
  type Holding,
  type KeyElement,
} from './table.js';
import { viewNameIn } from './cql/create-view.js';

interface Shape {
  readonly keys: readonly KeyElement[];
  readonly types: ReadonlyMap<string, AttributeType>;
  readonly indexes: readonly IndexRequest[];
}

const HASH_ONLY: Shape = {
  keys: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  types: new Map([['pk', 'S']]),
  indexes: [],
};

/** Recorded api 133. */
const ORDERS: Shape = {
  keys: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  types: new Map([
    ['pk', 'S'],
    ['sk', 'N'],
    ['status', 'S'],
    ['customer', 'S'],
  ]),
  indexes: [
    {
      kind: 'local',
      name: 'by-status',
      keys: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'status', KeyType: 'RANGE' },
      ],
    },
    {
      kind: 'global',
      name: 'by-customer',
      keys: [
        { AttributeName: 'customer', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    },
  ],
};

const SHAPES: Readonly<Record<RecordedTable, Shape>> = {
  empty: HASH_ONLY,
  one: HASH_ONLY,
  streamed: HASH_ONLY,
  orders: ORDERS,
};

/** The key of the recorded local index is a real column, and the SSTables have it (SCYLLA.md 1.4). */
const STATUS: Column = { name: 'status', type: 'text', kind: 'regular', position: -1 };

/** A table as if it had been there for long: its indexes built, its SSTable loaded. */
export function addRecordedTable(state: State, spec: FakeTableSpec): void {
  const { name, like = 'one', views } = spec;
  const shape = SHAPES[like];
  const table = makeTable({
    name,
    keys: shape.keys,
    types: shape.types,
    indexes: views ? [] : shape.indexes,
    billing: { mode: 'PAY_PER_REQUEST' },
    tags: new Map(Object.entries(spec.tags ?? {})),
    columns: views && like === 'orders' ? [STATUS] : [],
    activeFrom: 0,
  });
  table.cqlViews = (views ?? []).map((statement) => ({
    name: viewNameIn(statement),
    statement,
    id: newId(),
    builtFrom: 0,
  }));
  table.timeToLive = spec.timeToLive;
  table.stream = spec.stream === undefined ? undefined : newStream(spec.stream);
  addTable(state, table);
  fill(state, table, installRecorded(like, state.disk.of(table)));
  if (spec.bulkBytes !== undefined) fill(state, table, installBulk(spec.bulkBytes, state.disk.of(table)));
  fillViews(state, table, like);
}

export const newStream = (viewType: string): NonNullable<FakeTable['stream']> => ({
  viewType,
  id: newId(),
  label: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
});

function fill(
  state: State,
  table: FakeTable,
  installed: { readonly id: string; readonly holding: Holding } | undefined,
): void {
  if (!installed) return;
  const { id, holding } = installed;
  const directory = state.disk.of(table);
  for (const name of state.disk.components(directory)) state.disk.own(join(directory, name));
  noteWritten(state, { id, table: table.name, holding }, directory);
  table.loaded = new Map([...table.loaded, [id, holding]]);
  table.indexed = new Set([...table.indexed, id]);
}

/** Views have SSTables of their own, which no backup may take: those of the base table will do. */
function fillViews({ disk }: State, table: FakeTable, like: RecordedTable): void {
  for (const index of table.indexes) {
    const name = directoryNameOf(viewNameOf(table.name, index), index.id);
    const directory = join(disk.root, table.keyspace, name);
    installRecorded(like, directory);
    for (const file of disk.components(directory)) disk.own(join(directory, file));
  }
}
