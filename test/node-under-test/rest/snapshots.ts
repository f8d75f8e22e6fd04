import { exists } from '../system-errors.js';
import type { TableFact } from '../ring/facts.js';
import type { RestContext } from './context.js';
import { expectKeyspace } from './lookup.js';
import { badRequest, failed, noTable } from './rest-error.js';
import { flagOf, listOf, NOTHING, type RestRequest, type Route } from './route.js';
import { clearSnapshots, snapshotsOnDisk, snapshotSize, tableDirectories } from './snapshot-files.js';

const LONGEST_NAME = 255;

export const snapshotRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/storage_service/snapshots', answer: list },
  { method: 'POST', pattern: '/storage_service/snapshots', answer: take },
  { method: 'DELETE', pattern: '/storage_service/snapshots', answer: clear },
  { method: 'GET', pattern: '/storage_service/snapshots/size/true', answer: trueSize },
];

async function list({ context }: RestRequest): Promise<unknown> {
  const byTag = new Map<string, { ks: string; cf: string; total: number; live: number }[]>();
  for (const snapshot of await snapshotsOnDisk(context.dataDirectory)) {
    const ks = context.names.shownKeyspace(snapshot.keyspace);
    const cf = context.names.shownTable(snapshot.table);
    // The real server takes their directories for hidden ones: no snapshot of such a table is ever listed (nodetool/191).
    if (cf.startsWith('.')) continue;
    const value = byTag.get(snapshot.tag) ?? [];
    byTag.set(snapshot.tag, [...value, { ks, cf, ...(await snapshotSize(snapshot)) }]);
  }
  return [...byTag].map(([key, value]) => ({ key, value }));
}

async function trueSize({ context }: RestRequest): Promise<number> {
  const sizes = await Promise.all((await snapshotsOnDisk(context.dataDirectory)).map(snapshotSize));
  return sizes.reduce((sum, { live }) => sum + live, 0);
}

async function take({ context, query }: RestRequest): Promise<string> {
  const tag = query.get('tag') ?? '';
  const keyspaces = listOf(query, 'kn');
  const tables = listOf(query, 'cf');
  if (tag === '') throw failed('std::runtime_error (You must supply a snapshot name.)');
  if (tables.length > 0 && keyspaces.length === 0) {
    throw badRequest('The keyspace of column families must be specified');
  }
  if (tables.length > 0 && keyspaces.length > 1) {
    throw badRequest('Only one keyspace allowed when specifying a column family');
  }

  const all = await context.database.tables();
  // Of several unknown ones the real server names the last (nodetool/131, 135).
  for (const keyspace of [...keyspaces].reverse()) await expectKeyspace(context, keyspace);
  const chosen =
    tables.length > 0
      ? namedTables(context, all, keyspaces[0] ?? '', tables)
      : tablesOf(context, all, keyspaces);
  await expectNewTag(context, chosen, tag);
  for (const table of chosen) {
    if (table === undefined) break;
    if (!flagOf(query, 'sf')) await context.database.flush(table.keyspace, table.table);
    // Put together as text: a tag such as ../x leads out of snapshots/ on a real node too.
    await context.database.snapshot(table.keyspace, table.table, `${table.directory}/snapshots/${tag}`);
  }
  const unknown = tables[chosen.indexOf(undefined)];
  if (unknown !== undefined) {
    throw failed(`data_dictionary::no_such_column_family (${noTable(keyspaces[0] ?? '', unknown)})`);
  }
  return NOTHING;
}

/** In the order of the request; undefined for an unknown one, at which the real node stops with the others taken. */
function namedTables(
  { names }: RestContext,
  all: readonly TableFact[],
  keyspace: string,
  tables: readonly string[],
): (TableFact | undefined)[] {
  const stored = names.keyspace(keyspace);
  return tables.map((shown) => {
    const name = names.table(keyspace, shown);
    return all.find((table) => table.keyspace === stored && table.table === name);
  });
}

function tablesOf(
  { names }: RestContext,
  all: readonly TableFact[],
  keyspaces: readonly string[],
): TableFact[] {
  const stored = keyspaces.map((shown) => names.keyspace(shown));
  return all.filter(({ keyspace }) => stored.length === 0 || stored.includes(keyspace));
}

async function expectNewTag(
  context: RestContext,
  tables: readonly (TableFact | undefined)[],
  tag: string,
): Promise<void> {
  for (const table of tables) {
    if (table === undefined) return;
    const folder = `${table.directory}/snapshots/${tag}`;
    if (Buffer.byteLength(tag) > LONGEST_NAME) {
      // The real server takes this for a failing disk.
      await context.isolate();
      throw failed(
        `storage_io_error (Storage I/O error: 36: filesystem error: stat failed: File name too long [${folder}])`,
      );
    }
    if (await exists(folder)) {
      const keyspace = context.names.shownKeyspace(table.keyspace);
      throw failed(`std::runtime_error (Keyspace ${keyspace}: snapshot ${tag} already exists.)`);
    }
  }
}

/** Unknown tags, keyspaces and tables are no errors. `cf` is one name, not a list (rest/038). */
async function clear({ context, query }: RestRequest): Promise<string> {
  const { names, dataDirectory, database } = context;
  const live = new Set((await database.tables()).map(({ directory }) => directory));
  const cf = query.get('cf') ?? '';
  const keyspaces = listOf(query, 'kn');
  const wanted = keyspaces.map((shown) => names.table(shown, cf));
  const directories = (
    await tableDirectories(
      dataDirectory,
      keyspaces.map((shown) => names.keyspace(shown)),
    )
  )
    .filter(({ table }) => cf === '' || wanted.includes(table))
    .map(({ tableDirectory }) => ({ tableDirectory, isDropped: !live.has(tableDirectory) }));
  const tag = query.get('tag') ?? '';
  await clearSnapshots(directories, tag === '' ? undefined : tag);
  return NOTHING;
}
