import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Disk } from './disk.js';
import { newId, type FakeTable, type Holding } from './table.js';

export interface Keyspace {
  readonly replication: Readonly<Record<string, string>>;
  readonly durableWrites: boolean;
}

/** The one truth that API, CQL and nodetool share. */
export interface State {
  readonly disk: Disk;
  readonly keyspaces: Map<string, Keyspace>;
  /** Tables of Alternator's, by keyspace; each has one. */
  readonly tables: Map<string, FakeTable>;
  /** `keyspace.table` of tables that plain CQL made. */
  readonly plainCqlTables: Set<string>;
  /** What is in which SSTable, and whose it is: every one that this server ever wrote. */
  readonly written: Map<string, Written>;
  /** Rows that the server could not take: the length of `system.corrupt_data`. */
  corruptRows: number;
  schemaVersion: string;
  readonly hostId: string;
}

export interface Written {
  readonly table: string;
  readonly holding: Holding;
  readonly dataSha256: string;
}

export const newState = (disk: Disk): State => ({
  disk,
  keyspaces: new Map(),
  tables: new Map(),
  plainCqlTables: new Set(),
  written: new Map(),
  corruptRows: 0,
  schemaVersion: newId(),
  hostId: newId(),
});

export const ONE_COPY = {
  class: 'org.apache.cassandra.locator.NetworkTopologyStrategy',
  datacenter1: '1',
} as const;

/** Any change of a schema gives the node another schema version. */
export function changeSchema(state: State): void {
  state.schemaVersion = newId();
}

/** Puts a table into the model and its directories on disk; its keyspace too, unless it is there. */
export function addTable(state: State, table: FakeTable): void {
  if (!state.keyspaces.has(table.keyspace))
    state.keyspaces.set(table.keyspace, { replication: ONE_COPY, durableWrites: true });
  state.tables.set(table.keyspace, table);
  state.disk.makeDirectories(table);
  changeSchema(state);
}

/** DeleteTable and DROP KEYSPACE: the files stay behind in snapshots of the server's own (behaviour.md E001). */
export function dropKeyspace(state: State, keyspace: string): void {
  const table = state.tables.get(keyspace);
  if (table) state.disk.retire(table, `pre-drop-${Date.now()}`);
  state.tables.delete(keyspace);
  state.keyspaces.delete(keyspace);
  for (const name of state.plainCqlTables)
    if (name.startsWith(`${keyspace}.`)) state.plainCqlTables.delete(name);
  changeSchema(state);
}

/** Writes down what an SSTable in this directory holds. */
export function noteWritten(
  state: State,
  sstable: { readonly id: string; readonly table: string; readonly holding: Holding },
  directory: string,
): void {
  const { id, table, holding } = sstable;
  state.written.set(id, { table, holding, dataSha256: sha256Of(join(directory, `${id}-Data.db`)) });
}

export const sha256Of = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');
