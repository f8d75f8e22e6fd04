import { join } from 'node:path';
import { LoadFailure, runtimeError } from '../refresh/load-failure.js';
import { refresh, type RefreshContext } from '../refresh/refresh.js';
import { loseTocs } from '../refresh/lose-tocs.js';
import type { TableFact } from '../ring/facts.js';
import type { RestContext } from './context.js';
import { expectKeyspace, findTable } from './lookup.js';
import { badRequest, failed, noTable, RestError } from './rest-error.js';
import { flagOf, listOf, NOTHING, type RestRequest, type Route } from './route.js';

export const loadingRoutes: readonly Route[] = [
  { method: 'POST', pattern: '/storage_service/sstables/*', answer: loadNewSSTables },
  { method: 'POST', pattern: '/storage_service/keyspace_flush/*', answer: flushKeyspace },
  { method: 'POST', pattern: '/storage_service/flush', answer: flushAll },
];

async function loadNewSSTables({ context, path, query }: RestRequest): Promise<string> {
  const keyspace = path[0] ?? '';
  const cf = query.get('cf');
  await expectKeyspace(context, keyspace);
  if (cf === null) throw badRequest("Missing mandatory parameter 'cf'");
  const table = await findTable(context, keyspace, cf);
  if (table === undefined) {
    throw notLoaded(`data_dictionary::no_such_column_family (${noTable(keyspace, cf)})`);
  }
  const mode = flagOf(query, 'load_and_stream') ? 'load and stream' : 'local';
  const target = {
    keyspace: table.keyspace,
    table: table.table,
    isView: table.view,
    upload: join(table.directory, 'upload'),
  };
  const load = (only?: 'half') =>
    exclusively(context, async () => {
      const { lacksColumns } = await refresh(target, mode, refreshContext(context), only);
      // A global index whose key is not a column in these files: Scylla computes it, here it has to be brought there.
      if (lacksColumns && isAlternatorTable(keyspace, cf)) await context.fillGlobalIndexes(cf);
      return NOTHING;
    });
  return context.misbehaving.meetFault(
    { on: 'refresh', table: cf },
    {
      work: () => load(),
      refuse: () => Promise.reject(notLoaded(runtimeError(DIED).message)),
      'already loading': () => Promise.reject(alreadyLoading()),
      'load half': async () => {
        await load('half');
        throw new RestError(500, `Failed to load new sstables: ${runtimeError(DIED).message}`, 1);
      },
      'lose the TOC': async () => {
        await loseTocs(target.upload);
        return load();
      },
    },
  );
}

/** What the server says of whatever stops it in the middle of a load. */
const DIED = 'Interrupted while loading new SSTables';

const alreadyLoading = (): RestError =>
  notLoaded(runtimeError('Already loading SSTables. Try again later').message);

async function exclusively<T>({ state }: RestContext, work: () => Promise<T>): Promise<T> {
  if (state.isLoading) throw alreadyLoading();
  state.isLoading = true;
  try {
    return await work();
  } catch (error) {
    if (error instanceof LoadFailure) throw notLoaded(error.message);
    throw error;
  } finally {
    state.isLoading = false;
  }
}

const isAlternatorTable = (keyspace: string, table: string) => keyspace === `alternator_${table}`;

const notLoaded = (reason: string): RestError => failed(`Failed to load new sstables: ${reason}`);

function refreshContext({ database, everyNode, user }: RestContext): RefreshContext {
  const hostId = async () => (await database.node()).hostId;
  return { local: database, everyNode, user, hostId };
}

async function flushKeyspace({ context, path, query }: RestRequest): Promise<string> {
  const keyspace = path[0] ?? '';
  await expectKeyspace(context, keyspace);
  const names = listOf(query, 'cf');
  for (const name of names) {
    if ((await findTable(context, keyspace, name)) === undefined) throw badRequest(noTable(keyspace, name));
  }
  const stored = context.names.keyspace(keyspace);
  const wanted = names.map((name) => context.names.table(keyspace, name));
  await flush(
    context,
    ({ keyspace: ks, table }) => ks === stored && (wanted.length === 0 || wanted.includes(table)),
  );
  return NOTHING;
}

async function flushAll({ context }: RestRequest): Promise<string> {
  await flush(context, () => true);
  return NOTHING;
}

async function flush({ database }: RestContext, isWanted: (table: TableFact) => boolean): Promise<void> {
  for (const table of (await database.tables()).filter(isWanted))
    await database.flush(table.keyspace, table.table);
}
