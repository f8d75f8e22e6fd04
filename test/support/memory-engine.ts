import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tableColumns } from '../../src/cql/table-columns.js';
import { unquoteName } from '../../src/cql/quoting.js';
import type { Engine, NodeIdentity } from '../../src/engine/engine.js';
import { KnownError } from '../../src/errors.js';
import { itemSum } from '../../src/model/item-checksum.js';
import type { CreateTableInput } from '../../src/model/table-creation.js';
import { isTableName, keyspaceOf, type TableName } from '../../src/model/table-name.js';
import { directoryName, type TableRecord } from '../../src/model/table-record.js';
import { changedBy, withOption } from './memory-statements.js';
import { columnsOf, describedAs, statementsOf, streamOptionOf } from './memory-schema.js';
import {
  componentNames,
  freeze,
  makeTableDirectory,
  moveSSTables,
  readSSTables,
  removeSSTables,
  writeSSTable,
  type Items,
} from './memory-table.js';

/** The engine, and what a test may do to it behind the tool's back. */
export interface MemoryEngine extends Engine {
  readonly dataDirectory: string;
  put(table: string, key: string, value: unknown): void;
  items(table: string): ReadonlyMap<string, unknown>;
  /** A table that Alternator lists though CQL made it. */
  addPlainCql(name: string): void;
  /** Changes what the server says of a table. */
  change(table: string, how: (record: TableRecord) => TableRecord): void;
  /** Every call so far, for `nothing was called`. */
  readonly calls: readonly string[];
}

export interface MemoryEngineOptions {
  /** An empty folder for the data directory and the work directory. */
  readonly root: string;
  readonly node?: Partial<NodeIdentity>;
  readonly replication?: TableRecord['replication'];
}

interface Table {
  readonly input: CreateTableInput;
  record: TableRecord;
  items: Items;
  dirty: boolean;
}

/**
 * A node without a server: tables in memory, snapshots and uploads as files on the disk. It keeps the Engine contract, so that
 * pipelines can be tested in milliseconds.
 */
export function memoryEngine({ root, node = {}, replication }: MemoryEngineOptions): MemoryEngine {
  const dataDirectory = join(root, 'data');
  const tables = new Map<string, Table>();
  const plain = new Set<string>();
  const calls: string[] = [];
  let version = randomUUID();

  const expectTable = (name: string): Table => {
    const table = tables.get(name);
    if (!table) throw new KnownError('missing', `Table: ${name} not found`);
    return table;
  };
  const pathOf = ({ keyspace, name, id }: TableRecord) =>
    join(dataDirectory, keyspace, directoryName({ name, id }));
  const flush = async (table: Table) => {
    if (!table.dirty) return;
    await removeSSTables(pathOf(table.record));
    if (table.items.size > 0) await writeSSTable(pathOf(table.record), table.items, table.record.columns);
    table.dirty = false;
  };
  const create = async (input: CreateTableInput) => {
    const name = input.TableName as TableName;
    if (tables.has(name)) throw new KnownError('database', `Table ${name} already exists`);
    const id = randomUUID();
    const keyspace = keyspaceOf(name);
    const record: TableRecord = {
      name,
      keyspace,
      id,
      schema: describedAs(input, id),
      replication: replication ?? {
        class: 'org.apache.cassandra.locator.NetworkTopologyStrategy',
        datacenter1: '1',
      },
      keyspaceStatement: `CREATE KEYSPACE "${keyspace}" WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': '1'} AND durable_writes = true;`,
      statements: statementsOf(input),
      columns: columnsOf(input),
      tablets: false,
      grants: [],
    };
    tables.set(name, { input, record, items: new Map(), dirty: false });
    await makeTableDirectory(pathOf(record));
    version = randomUUID();
    return record;
  };
  const drop = (name: string) => {
    tables.delete(name);
    version = randomUUID();
  };
  const update = (name: string, change: (record: TableRecord) => TableRecord) => {
    const table = expectTable(name);
    table.record = change(table.record);
  };

  const engine: MemoryEngine = {
    dataDirectory,
    calls,
    put(name, key, value) {
      const table = expectTable(name);
      table.items.set(key, value);
      table.dirty = true;
    },
    items: (name) => expectTable(name).items,
    addPlainCql: (name) => plain.add(name),
    change: update,

    async identify() {
      return {
        engine: 'Scylla',
        version: '2025.1.0',
        hostId: '6ab85f27-30ed-4f61-a85b-44b91938dcae',
        address: '127.0.0.1',
        rack: 'rack1',
        topology: { datacenter: 'datacenter1', nodes: { datacenter1: 1 } },
        nodeCount: 1,
        racks: 1,
        ...node,
      };
    },
    verifyReady: async () => undefined,
    listTables: async () => [...tables.keys(), ...plain].filter(isTableName),
    async describe(name) {
      if (plain.has(name)) return { kind: 'plain CQL' };
      const table = tables.get(name);
      return table ? { kind: 'table', record: structuredClone(table.record) } : { kind: 'missing' };
    },
    neighbours: async () => [],
    absentNodes: async () => [],
    schemaVersion: async () => version,

    async snapshot(record, tag) {
      const table = expectTable(record.name);
      await flush(table);
      const directory = join(pathOf(table.record), 'snapshots', tag);
      await freeze(pathOf(table.record), directory, table.record.statements[0]?.statement ?? '').catch(
        (error: unknown) => {
          throw new KnownError('program', `Keyspace ${record.keyspace}: snapshot ${tag} already exists.`, {
            cause: error,
          });
        },
      );
      return { directory, files: (await readdir(directory)).sort() };
    },
    async dropSnapshot(keyspace, tag) {
      const folder = join(dataDirectory, keyspace);
      for (const name of await readdir(folder).catch(() => [])) {
        await rm(join(folder, name, 'snapshots', tag), { recursive: true, force: true });
      }
    },

    createTable: ({ input }) => create(input),
    untilReady: async (name) => structuredClone(expectTable(name).record),
    async deleteTable(name) {
      expectTable(name);
      drop(name);
    },
    async setTimeToLive(name, attribute) {
      update(name, (record) => ({
        ...record,
        schema: { ...record.schema, ttl: { TimeToLiveStatus: 'ENABLED', AttributeName: attribute } },
      }));
    },
    async setTags(name, tags) {
      update(name, (record) => ({ ...record, schema: { ...record.schema, tags: [...tags] } }));
    },
    async addIndex(name, { index, definitions }) {
      update(name, (record) => {
        const { describe } = record.schema;
        const known = new Set(describe.AttributeDefinitions.map(({ AttributeName }) => AttributeName));
        return {
          ...record,
          schema: {
            ...record.schema,
            describe: {
              ...describe,
              AttributeDefinitions: [
                ...describe.AttributeDefinitions,
                ...definitions
                  .filter(({ AttributeName }) => !known.has(AttributeName))
                  .map((each) => ({ ...each })),
              ],
              GlobalSecondaryIndexes: [
                ...(describe.GlobalSecondaryIndexes ?? []),
                {
                  ...index,
                  Projection: { ...index.Projection },
                  KeySchema: index.KeySchema.map((key) => ({ ...key })),
                  IndexStatus: 'ACTIVE',
                },
              ],
            },
          },
        };
      });
    },
    async enableStream(name, viewType) {
      const stream = { StreamEnabled: true, StreamViewType: viewType };
      update(name, (record) => ({
        ...record,
        schema: { ...record.schema, describe: { ...record.schema.describe, StreamSpecification: stream } },
        statements: record.statements.map((each) =>
          each.name === name
            ? { ...each, statement: withOption(each.statement, 'cdc', streamOptionOf(viewType)) }
            : each,
        ),
      }));
    },

    async execute(statement) {
      const dropped = /^DROP KEYSPACE IF EXISTS ("(?:[^"]|"")+")$/.exec(statement)?.[1];
      if (dropped !== undefined) {
        for (const [name, { record }] of tables) if (record.keyspace === unquoteName(dropped)) drop(name);
        return;
      }
      if (statement.startsWith('CREATE KEYSPACE')) return;
      const changed = [...tables.values()].find((table) => {
        const record = changedBy(statement, table.record);
        if (record) table.record = record;
        return record !== undefined;
      });
      if (changed) return;
      const table =
        /^CREATE TABLE "(?:[^"]|"")+"\.("(?:[^"]|"")+") \(\n([^]*?)\n {4}PRIMARY KEY \(([^)]*)\)/.exec(
          statement,
        );
      if (table) {
        const name = unquoteName(table[1] ?? '');
        await create(inputFromStatement(name, table[2] ?? '', table[3] ?? ''));
        update(name, (record) => ({ ...record, columns: tableColumns(statement) }));
        return;
      }
      throw new KnownError('database', `CQL "${statement.slice(0, 60)}": no viable alternative`);
    },
    async truncate({ name }) {
      const table = expectTable(name);
      table.items = new Map();
      await removeSSTables(pathOf(table.record));
    },

    async tableDirectory(record) {
      const path = pathOf(record);
      const { uid, gid } = await lstat(path).catch((error: unknown) => {
        throw new KnownError('files', `The directory of table '${record.name}' is not there`, {
          cause: error,
        });
      });
      return { path, uid, gid };
    },
    async topDirectory() {
      await mkdir(dataDirectory, { recursive: true });
      const { uid, gid } = await lstat(dataDirectory);
      return { path: dataDirectory, uid, gid };
    },
    async workDirectory() {
      return join(root, 'work');
    },
    async refresh(record) {
      const table = expectTable(record.name);
      await flush(table);
      const upload = join(pathOf(table.record), 'upload');
      for (const [key, value] of await readSSTables(upload)) table.items.set(key, value);
      await moveSSTables(upload, pathOf(table.record));
    },
    filesAwaitingIndexes: async (record) => (await componentNames(join(pathOf(record), 'staging'))).length,
    unbuiltViews: async () => [],
    corruptRows: async () => 0,
    async sample(name, { most }) {
      const { size } = expectTable(name).items;
      return { items: Math.min(size, most), complete: size <= most };
    },
    async checksum(name, { index, signal, onProgress } = {}) {
      const { items, record } = expectTable(name);
      signal?.throwIfAborted();
      const { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = record.schema.describe;
      const indexes = [...GlobalSecondaryIndexes, ...LocalSecondaryIndexes].map(({ IndexName }) => IndexName);
      if (index !== undefined && !indexes.includes(index))
        throw new KnownError('database', `The table does not have the specified index: ${index}`);
      const sum = itemSum();
      for (const [key, value] of items) sum.add({ pk: { S: key }, value: { S: JSON.stringify(value) } });
      onProgress?.(1, 1);
      return sum.totals;
    },
    expectServing: async () => undefined,
    async untilServing(service) {
      for (let left = 10; service && !(await service.isActive()); left -= 1)
        if (left === 0) throw new KnownError('unavailable', `${service.name} is not active`);
    },
    close: async () => undefined,
  };

  // Every method of the seam writes itself down, so that a test can say that nothing was called.
  for (const [name, method] of Object.entries(engine)) {
    if (typeof method !== 'function' || ['put', 'items', 'addPlainCql', 'change'].includes(name)) continue;
    const call = method as (...args: readonly unknown[]) => unknown;
    Object.assign(engine, {
      [name]: (...args: readonly unknown[]) => {
        calls.push(name);
        return call(...args);
      },
    });
  }
  return engine;
}

/** Of a statement as `statementsOf` prints it. */
function inputFromStatement(name: string, columnText: string, keyText: string): CreateTableInput {
  const types = { text: 'S', decimal: 'N', blob: 'B' } as const;
  const columns = columnText.split('\n').flatMap((line) => {
    const [, column = '', type = ''] = /^ {4}("(?:[^"]|"")+") (\w+),$/.exec(line) ?? [];
    return type in types
      ? [{ AttributeName: unquoteName(column), AttributeType: types[type as keyof typeof types] }]
      : [];
  });
  const keys = keyText.split(', ').map((key) => unquoteName(key));
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keys.map((AttributeName, index) => ({
      AttributeName,
      KeyType: index === 0 ? 'HASH' : 'RANGE',
    })),
    AttributeDefinitions: columns.filter(({ AttributeName }) => keys.includes(AttributeName)),
  };
}
