import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError } from '../../errors.js';
import { directoryName, type TableRecord } from '../../model/table-record.js';
import { expectReadableDirectory, realDirectoryBelow, reasonOf } from '../../system/files.js';
import { waitUntil, type Clock } from '../../system/wait.js';
import type { TableDirectory } from '../engine.js';
import type { Cql } from './cql.js';
import { DEFAULT_DATA_DIRECTORY } from './options.js';

/** Where a node keeps its tables, asked once. */
export interface DataDirectories {
  /** Proves that all of them can be read. */
  verify(): Promise<void>;
  /** The first one; work lies beside it. */
  first(): Promise<string>;
  /** The same, with its owner. */
  top(): Promise<TableDirectory>;
  /** The directory of this incarnation of the table: found by its id, never by a pattern (older ones may lie beside it). */
  of(table: TableRecord): Promise<TableDirectory>;
}

/**
 * The operator's setting, else what the server says (`system.config`, Scylla only; an ordinary role may not read it), else
 * the documented default.
 */
export function dataDirectories(setting: string | undefined, cql: Cql, clock: Clock): DataDirectories {
  let asked: Promise<readonly string[]> | undefined;
  const all = () => (asked ??= setting === undefined ? askServer(cql) : Promise.resolve([setting]));
  const first = async () => (await all())[0] ?? DEFAULT_DATA_DIRECTORY;

  return {
    async verify() {
      for (const directory of await all()) {
        await expectReadableDirectory(
          directory,
          'The data directory',
          'Run the tool on the node itself, as root or as the user of Scylla, or pass --data-dir.',
        );
      }
    },
    first,
    async top() {
      const path = await first();
      const { uid, gid } = await stat(path).catch((error: unknown) => {
        throw new KnownError('files', `The data directory ${path} cannot be looked at: ${reasonOf(error)}`, {
          cause: error,
          hint: 'Is --data-dir the data directory of this very node?',
        });
      });
      return { path, uid, gid };
    },
    async of(table) {
      let found: TableDirectory | undefined;
      // A new table's directory may appear a moment after CreateTable returned.
      await waitUntil(
        async () => {
          found = await findTable(await all(), table);
          return found
            ? undefined
            : `no ${table.keyspace}/${directoryName(table)} in ${(await all()).join(', ')}`;
        },
        {
          problem: `The directory of table '${table.name}' is not there`,
          hint: 'Is --data-dir the data directory of this very node?',
          patience: { deadlineMs: 10_000, firstMs: 50, mostMs: 500 },
          clock,
        },
      ).catch((error: unknown) => {
        if (error instanceof KnownError && error.kind === 'unavailable') {
          throw new KnownError('files', error.message, {
            ...(error.hint ? { hint: error.hint } : {}),
            cause: error,
          });
        }
        throw error;
      });
      if (!found) throw new Error('unreachable: waited for it');
      return found;
    },
  };
}

async function askServer(cql: Cql): Promise<readonly string[]> {
  const rows = await cql.rowsIfAny("SELECT value FROM system.config WHERE name = 'data_file_directories'");
  const value: unknown = rows?.[0]?.['value'];
  if (typeof value !== 'string') return [DEFAULT_DATA_DIRECTORY];
  const parsed: unknown = JSON.parse(value);
  const directories = Array.isArray(parsed) ? parsed.filter((each) => typeof each === 'string') : [];
  return directories.length > 0 ? directories : [DEFAULT_DATA_DIRECTORY];
}

async function findTable(
  directories: readonly string[],
  table: TableRecord,
): Promise<TableDirectory | undefined> {
  for (const directory of directories) {
    const there = await isThere(join(directory, table.keyspace, directoryName(table)));
    if (!there) continue;
    const keyspace = await realDirectoryBelow(directory, table.keyspace);
    const path = await realDirectoryBelow(keyspace, directoryName(table));
    const { uid, gid } = await lstat(path);
    return { path, uid, gid };
  }
  return undefined;
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
