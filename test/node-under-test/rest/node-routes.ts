import type { NodeFact, RingMember } from '../ring/facts.js';
import type { RestContext } from './context.js';
import { expectKeyspace } from './lookup.js';
import { badRequest, failed } from './rest-error.js';
import type { RestRequest, Route } from './route.js';

/** What a Scylla node says to programs that ask for Cassandra's release; its own one is `scylla_release_version`. */
const CASSANDRA_RELEASE = '3.0.8';
/** The release whose answers this node gives, see test/fixtures/scylla-2025.1. */
const SCYLLA_RELEASE = '2025.1-0.local';
/** The ring uses another one for the sake of its reads (ring/configuration.ts), with the same names of places. */
const RECORDED_SNITCH = 'org.apache.cassandra.locator.SimpleSnitch';
const GOSSIP_IS_DOWN = 'std::runtime_error (The gossiper is not ready yet)';

const get = (pattern: string, answer: (request: RestRequest) => Promise<unknown>): Route => ({
  method: 'GET',
  pattern,
  answer,
});
const ofNode = (pattern: string, answer: (fact: NodeFact, request: RestRequest) => unknown): Route =>
  get(pattern, async (request) => answer(await request.context.database.node(), request));
const ofRing = (pattern: string, answer: (members: readonly RingMember[]) => unknown): Route =>
  get(pattern, async ({ context }) => answer(await context.database.ring()));
const constant = (pattern: string, value: unknown): Route => get(pattern, async () => value);
const pairs = <T>(members: readonly RingMember[], value: (member: RingMember) => T) =>
  members.map((member) => ({ key: member.address, value: value(member) }));

/** Facts of the node and the ring, under the paths and in the shapes of recorded/scylla-2025.1/rest. */
export const nodeRoutes: readonly Route[] = [
  // An isolated node goes on saying so (rest/901).
  ofNode('/storage_service/operation_mode', ({ operationMode }, { context }) =>
    context.state.isIsolated ? 'NORMAL' : operationMode,
  ),
  ofNode('/storage_service/schema_version', ({ schemaVersion }) => schemaVersion),
  constant('/storage_service/scylla_release_version', SCYLLA_RELEASE),
  constant('/storage_service/release_version', CASSANDRA_RELEASE),
  ofNode('/storage_service/hostid/local', ({ hostId }) => hostId),
  get('/storage_service/host_id', async ({ context }) => {
    if (context.state.isIsolated) throw failed(GOSSIP_IS_DOWN);
    return pairs(await context.database.ring(), ({ hostId }) => hostId);
  }),
  ofRing('/storage_service/tokens_endpoint', (members) =>
    members.flatMap(({ tokens, address }) => tokens.map((key) => ({ key, value: address }))),
  ),
  ofRing('/storage_service/tokens', (members) => members.flatMap(({ tokens }) => tokens)),
  ofRing('/storage_service/load_map', (members) =>
    pairs(members, ({ load }) => load).filter(({ value }) => value !== null),
  ),
  ofNode('/storage_service/load', ({ load }) => load),
  ofNode('/storage_service/keyspaces', (fact, { context, query }) => keyspaces(fact, context, query)),
  ofNode('/storage_service/gossiping', ({ gossip }, { context }) => gossip && !context.state.isIsolated),
  ofNode('/storage_service/native_transport', ({ nativeTransport }) => nativeTransport),
  ofNode('/storage_service/is_initialized', ({ initialized, gossip }) => initialized && gossip),
  constant('/storage_service/rpc_server', false),
  constant('/storage_service/incremental_backups', false),
  constant('/storage_service/nodes/joining', []),
  constant('/storage_service/nodes/leaving', []),
  constant('/storage_service/nodes/moving', []),
  get('/storage_service/data_file/locations', async ({ context }) => [context.dataDirectory]),
  ofNode('/storage_service/cluster_name', ({ clusterName }) => clusterName),
  ofNode('/storage_service/partitioner_name', ({ partitioner }) => partitioner),
  ofNode('/storage_service/generation_number', ({ generation }, { context }) =>
    context.state.isIsolated ? 0 : generation,
  ),
  ofNode('/storage_service/metrics/exceptions', ({ exceptions }) => exceptions),
  ofNode('/system/uptime_ms', ({ generation }) => Math.max(0, Date.now() - generation * 1000)),
  constant('/system/highest_supported_sstable_version', 'nb'),
  ofNode('/snitch/datacenter', ({ datacenter }) => datacenter),
  ofNode('/snitch/rack', ({ rack }) => rack),
  constant('/snitch/name', RECORDED_SNITCH),
  get('/gossiper/endpoint/live', async ({ context }) => endpoints(context, true)),
  get('/gossiper/endpoint/down', async ({ context }) => endpoints(context, false)),
  ofRing('/failure_detector/simple_states', (members) =>
    pairs(members, ({ live }) => (live ? 'UP' : 'DOWN')),
  ),
  get('/storage_service/ownership', async ({ context }) => ownership(context)),
  get('/storage_service/ownership/*', async ({ context, path }) => ownership(context, path[0])),
  get('/storage_proxy/schema_versions', async ({ context }) => schemaVersions(context)),
  get('/storage_service/view_build_statuses/*/*', async ({ context, path }) =>
    viewBuildStatuses(context, path[0] ?? '', path[1] ?? ''),
  ),
  get('/v2/config/*', async ({ context, path }) => config(context, path[0] ?? '')),
];

function keyspaces(fact: NodeFact, { names }: RestContext, query: URLSearchParams): string[] {
  // There are no tablets here.
  if (query.get('replication') === 'tablets') return [];
  const type = query.get('type') ?? 'all';
  const isWanted = (name: string) => {
    if (type === 'user') return !/^system(_|$)/.test(name);
    return type !== 'non_local_strategy' || !fact.localKeyspaces.includes(name);
  };
  return fact.keyspaces.filter(isWanted).map((name) => names.shownKeyspace(name));
}

async function endpoints({ database, state }: RestContext, live: boolean): Promise<string[]> {
  if (state.isIsolated) return [];
  return (await database.ring()).filter((node) => node.live === live).map(({ address }) => address);
}

/** Shares are printed as text, with seven digits; more than five are noise of Cassandra's single precision. */
async function ownership(context: RestContext, keyspace?: string): Promise<unknown> {
  if (keyspace !== undefined) await expectKeyspace(context, keyspace);
  const stored = keyspace === undefined ? undefined : context.names.keyspace(keyspace);
  const shares = await context.database.ownership(stored);
  return Object.entries(shares).map(([key, share]) => ({ key, value: Number(share.toFixed(5)).toFixed(7) }));
}

async function schemaVersions({ database, state }: RestContext): Promise<unknown> {
  if (state.isIsolated) return [];
  const live = (await database.ring()).filter((member) => member.live);
  const versions = [...new Set(live.map(({ schemaVersion }) => schemaVersion))];
  return versions.map((key) => ({
    key,
    value: live.filter(({ schemaVersion }) => schemaVersion === key).map(({ address }) => address),
  }));
}

async function viewBuildStatuses(context: RestContext, keyspace: string, view: string): Promise<unknown> {
  await expectKeyspace(context, keyspace);
  const { database, names } = context;
  const states = await database.viewStatus(names.keyspace(keyspace), names.table(keyspace, view));
  return pairs(await database.ring(), ({ hostId }) => states[hostId] ?? 'UNKNOWN');
}

async function config({ dataDirectory, autoSnapshot }: RestContext, name: string): Promise<unknown> {
  if (name === 'data_file_directories') return [dataDirectory];
  if (name === 'auto_snapshot') return autoSnapshot;
  throw badRequest(`No such config entry: ${name}`);
}
