import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError } from '../../errors.js';
import { parseComponentName } from '../../model/sstable.js';
import { isReservedTag } from '../../model/creation-tags.js';
import { isTableName, keyspaceOf, type TableName } from '../../model/table-name.js';
import type { Described, TableRecord } from '../../model/table-record.js';
import { errorCode, reasonOf } from '../../system/files.js';
import { expectProgram } from '../../system/find-program.js';
import { waitUntil } from '../../system/wait.js';
import type { Engine, Snapshot } from '../engine.js';
import { connectApi } from './api.js';
import { checksumItems } from './checksum-items.js';
import { connectCql } from './cql.js';
import { dataDirectories } from './data-directory.js';
import { deleteTable } from './delete-table.js';
import { describeTable } from './describe-table.js';
import { describer } from './describer.js';
import { isAlreadyLoading, nodetool as nodetoolOf } from './nodetool.js';
import type { ScyllaOptions } from './options.js';
import { sampleItems } from './sample-items.js';
import { expectNodeServing, waitUntilServing } from './serving.js';
import { absentNodesIn, agreedSchemaVersion, identifyNode } from './topology.js';
import { truncateTable } from './truncate-table.js';
import { untilAnswered } from './until-answered.js';
import { workDirectoryFor } from './work-directory.js';

/** A Scylla node, or one that behaves like it. Nothing is connected before the first call. */
export function scyllaEngine(options: ScyllaOptions): Engine {
  const { clock, signal } = options;
  const api = connectApi(options);
  const cql = connectCql(options);
  const doors = { api, cql, desc: describer(cql, options) };
  const nodetool = nodetoolOf({
    argv: options.nodetool,
    timeoutMs: options.nodetoolTimeoutMs,
    loadTimeoutMs: options.loadTimeoutMs,
    run: options.run,
    signal,
  });
  const directories = dataDirectories(options.dataDirectory, cql, clock);

  const engine: Engine = {
    identify: () => identifyNode(cql),

    async verifyReady() {
      await api.listTables();
      await cql.rows('SELECT key FROM system.local');
      await expectProgram(
        options.nodetool[0],
        'Install it, put it on the PATH, or pass --nodetool with its path.',
      );
      await directories.verify();
    },

    async listTables() {
      // Paging goes by position, and the list may change while it is read: a name may come twice.
      return [...new Set(await api.listTables())].filter(isTableName);
    },

    describe: (table) => describeTable(doors, table),

    async neighbours(table) {
      const rows = await cql.rows('SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [
        keyspaceOf(table),
      ]);
      const own = [table, `${table}_scylla_cdc_log`, `${table}$paxos`];
      return rows.map((row) => String(row['table_name'])).filter((name) => !own.includes(name));
    },

    async absentNodes() {
      const { nodeCount } = await identifyNode(cql);
      return nodeCount === 1 ? [] : absentNodesIn(await nodetool.status());
    },

    schemaVersion: () => agreedSchemaVersion(cql, clock, signal),

    async snapshot(table, tag) {
      await nodetool.snapshot(table.keyspace, table.name, tag);
      const { path } = await directories.of(table);
      return readSnapshot(join(path, 'snapshots', tag));
    },

    dropSnapshot: (keyspace, tag) => nodetool.clearSnapshot(keyspace, tag),

    createTable: ({ input }) => api.createTable(input),

    untilReady: waitForTable,

    deleteTable: (table) => deleteTable(table, { api, clock, signal }),

    setTimeToLive: (table, attribute) => api.setTimeToLive(table, attribute),

    async setTags(table, tags) {
      const described = await describeTable(doors, table);
      if (described.kind !== 'table')
        throw new KnownError('missing', `Table '${table}' is ${described.kind}`);
      const { describe, tags: present } = described.record.schema;
      const arn = describe.TableArn ?? '';
      const wanted = new Map(tags.map(({ Key, Value }) => [Key, Value]));
      // Reserved ones are the server's own: older releases show them, and mean something by them.
      const surplus = present.map(({ Key }) => Key).filter((key) => !wanted.has(key) && !isReservedTag(key));
      if (surplus.length > 0) await api.untag(arn, surplus);
      const missing = tags.filter(
        ({ Key, Value }) => present.find((each) => each.Key === Key)?.Value !== Value,
      );
      if (missing.length > 0) await api.tag(arn, missing);
    },

    addIndex: (table, addition) => api.addIndex(table, addition),
    enableStream: (table, viewType) => api.enableStream(table, viewType),

    async execute(statement) {
      await cql.rows(statement);
    },

    truncate: (table) => truncateTable(table, { cql, clock }),

    tableDirectory: (table) => directories.of(table),

    topDirectory: () => directories.top(),

    async workDirectory() {
      return workDirectoryFor(await directories.first());
    },

    async refresh({ keyspace, name }, { stream, onWaiting }) {
      let toldAt = Number.NEGATIVE_INFINITY;
      const waiting = (reason: string) => {
        const now = clock.now().getTime();
        if (now - toldAt >= 60_000) onWaiting?.(reason);
        if (now - toldAt >= 60_000) toldAt = now;
        return reason;
      };
      await waitUntil(
        async () => {
          try {
            await nodetool.refresh(keyspace, name, stream);
            return undefined;
          } catch (error) {
            if (isAlreadyLoading(error)) return waiting('another load is under way on this node');
            throw error;
          }
        },
        {
          problem: `Table '${name}' cannot be loaded`,
          patience: { deadlineMs: options.loadTimeoutMs, firstMs: 500, mostMs: 5_000 },
          clock,
          signal,
        },
      );
    },

    async filesAwaitingIndexes(table) {
      const { path } = await directories.of(table);
      return (await componentsIn(join(path, 'staging'))).length;
    },

    async unbuiltViews({ keyspace, name }) {
      const views = await cql.rows(
        'SELECT view_name, base_table_name FROM system_schema.views WHERE keyspace_name = ?',
        [keyspace],
      );
      const rows = await cql.rows('SELECT view_name FROM system.built_views WHERE keyspace_name = ?', [
        keyspace,
      ]);
      const built = new Set(rows.map((row) => String(row['view_name'])));
      return views
        .filter((row) => row['base_table_name'] === name)
        .map((row) => String(row['view_name']))
        .filter((view) => !built.has(view));
    },

    async corruptRows() {
      const rows = await cql.rowsIfAny('SELECT count(*) AS rows FROM system.corrupt_data');
      return rows === undefined ? undefined : Number(rows[0]?.['rows'] ?? 0);
    },

    sample: (table, sampling) => sampleItems(api, table, sampling),

    checksum: (table, reading = {}) => checksumItems(api, table, reading),

    expectServing: () => expectNodeServing({ ...options, api, cql, nodetool }),

    untilServing: (service) =>
      waitUntilServing({ ...options, api, cql, nodetool }, options.startTimeoutMs, service),

    async close() {
      await Promise.all([api.close(), cql.close()]);
    },
  };

  /** Ready: described, ACTIVE with every index, known to CQL, its directory and `upload/` there. */
  async function waitForTable(name: TableName, indexes: 'ready' | 'later' = 'ready'): Promise<TableRecord> {
    let record: TableRecord | undefined;
    await waitUntil(
      () =>
        untilAnswered(async () => {
          const described = await describeIfKnown(name);
          if (described.kind !== 'table') return `it is ${described.kind}`;
          record = described.record;
          return notActive(described.record, indexes);
        }),
      {
        problem: `Table '${name}' was made but is not ready`,
        patience: { deadlineMs: 300_000, firstMs: 50, mostMs: 1_000 },
        clock,
        signal,
      },
    );
    if (!record) throw new Error('unreachable: waited for it');
    await directories.of(record);
    return record;
  }

  /** Just after CreateTable the API may know of a table that CQL on this node does not know yet. */
  async function describeIfKnown(name: TableName): Promise<Described> {
    try {
      return await describeTable(doors, name);
    } catch (error) {
      if (error instanceof KnownError && error.kind === 'missing') return { kind: 'missing' };
      throw error;
    }
  }

  return engine;
}

function notActive({ schema }: TableRecord, indexes: 'ready' | 'later'): string | undefined {
  const { TableStatus, GlobalSecondaryIndexes = [] } = schema.describe;
  if (TableStatus !== undefined && TableStatus !== 'ACTIVE') return `it is ${TableStatus}`;
  if (indexes === 'later') return undefined;
  const waiting = GlobalSecondaryIndexes.find(({ IndexStatus = 'ACTIVE' }) => IndexStatus !== 'ACTIVE');
  return waiting && `index ${waiting.IndexName} is ${waiting.IndexStatus ?? ''}`;
}

async function readSnapshot(directory: string): Promise<Snapshot> {
  try {
    return { directory, files: (await readdir(directory)).sort() };
  } catch (error) {
    const problem = errorCode(error) === 'ENOENT' ? 'does not exist' : `cannot be read: ${reasonOf(error)}`;
    throw new KnownError('files', `Snapshot directory ${directory} ${problem}`, {
      cause: error,
      hint: 'nodetool said that all is well: does it talk to the node whose data directory this is?',
    });
  }
}

async function componentsIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => parseComponentName(name) !== undefined);
}
