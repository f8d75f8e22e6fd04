import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StoredNames } from '../../../node-under-test/stored-names.js';
import { withoutGenerated } from './generated.js';

const TABLES = [
  '-.-.-.',
  '-abc',
  '...',
  '.0-Usertable_Backup',
  'a.b',
  'x.y.z',
  'empty',
  'one',
  'orders',
  'streamed',
];
const NAMES = new StoredNames(() => TABLES.map((name) => ({ name, indexes: [] })));

/**
 * Directories of a snapshot tag below the data directory, sorted, under the names that operators use. Left out: the
 * server's own keyspaces, whose tables are Cassandra's here, and change logs of streams, which are not kept as tables.
 */
export function comparableDirectories(paths: readonly string[], dataDirectory: string): readonly string[] {
  return paths
    .map((path) => withoutGenerated(path, dataDirectory).split('/'))
    .filter(
      ([, keyspace = '', table = '']) =>
        !keyspace.startsWith('system') && !table.includes('_scylla_cdc_log-'),
    )
    .map(([data = '', keyspace = '', table = '', ...rest]) => {
      const shown = `${NAMES.shownTable(table.replace(/-ID$/, ''))}-ID`;
      return [data, NAMES.shownKeyspace(keyspace), shown, ...rest].join('/');
    })
    .sort();
}

/** Every directory that a snapshot with this tag has made, also where the tag leads out of `snapshots/`. */
export function directoriesOfTag(dataDirectory: string, tag: string): readonly string[] {
  return readdirSync(dataDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === 'manifest.json')
    .map(({ parentPath }) => parentPath)
    .filter((folder) => folder.endsWith(join('/snapshots', tag)));
}
