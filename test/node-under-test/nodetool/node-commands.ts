import { plain, type Command } from './command.js';
import { broken } from './outcome.js';
import type { RestClient } from './rest-client.js';
import { shownSize } from './sizes.js';
import { textTable } from './text-table.js';

type Pairs<T> = readonly { readonly key: string; readonly value: T }[];

const valueOf = <T>(pairs: Pairs<T>, key: string): T | undefined =>
  pairs.find((pair) => pair.key === key)?.value;
const yesOrNo = (path: string) => async (_args: unknown, rest: RestClient) =>
  (await rest.get(path)) === true ? 'running\n' : 'not running\n';

const status: Command = {
  name: 'status',
  grammar: { options: [{ name: 'resolve-ip', short: 'r', takesValue: false }], mostPositionals: 2 },
  async run({ positionals: [keyspace], flags }, rest) {
    const hosts = (await rest.get('/storage_service/host_id')) as Pairs<string>;
    const down = (await rest.get('/gossiper/endpoint/down')) as readonly string[];
    const loads = (await rest.get('/storage_service/load_map')) as Pairs<number>;
    const tokens = (await rest.get('/storage_service/tokens_endpoint')) as Pairs<string>;
    const shares =
      keyspace === undefined
        ? undefined
        : ((await rest.get(`/storage_service/ownership/${keyspace}`)) as Pairs<string>);
    const [datacenter, rack] = [await rest.get('/snitch/datacenter'), await rest.get('/snitch/rack')].map(
      String,
    );

    const title = `Datacenter: ${datacenter ?? ''}`;
    const head = `${title}\n${'='.repeat(title.length)}\nStatus=Up/Down\n|/ State=Normal/Leaving/Joining/Moving\n`;
    if (flags.has('resolve-ip')) {
      const first = hosts[0]?.key ?? '';
      const problem = broken(`std::system_error (error C-Ares:4, ${first}: Not found)`);
      throw Object.assign(problem, { stdout: head });
    }
    const rows = [...hosts]
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ key, value }) => {
        const load = valueOf(loads, key);
        return [
          down.includes(key) ? 'DN' : 'UN',
          key,
          load === undefined ? '?' : shownSize(load),
          String(tokens.filter((token) => token.value === key).length),
          shares === undefined ? '?' : `${(100 * Number(valueOf(shares, key) ?? 0)).toFixed(1)}%`,
          value,
          rack ?? '',
        ];
      });
    const owns = shares === undefined ? 'Owns' : 'Owns (effective)';
    const table = textTable([['--', 'Address', 'Load', 'Tokens', owns, 'Host ID', 'Rack'], ...rows]);
    return shares === undefined ? `${head}${table}\n${NOTE}\n` : `${head}${table}\n`;
  },
};

const NOTE =
  "Note: Non-system keyspaces don't have the same replication settings, effective ownership information is meaningless";

const info: Command = {
  name: 'info',
  grammar: { options: [{ name: 'tokens', short: 'T', takesValue: false }], mostPositionals: 0 },
  async run({ flags }, rest) {
    const text = async (path: string) => String(await rest.get(path));
    const tokens = (await rest.get('/storage_service/tokens')) as readonly string[];
    const noCache =
      'entries 0, size 0 bytes, capacity 0 bytes, 0 hits, 0 requests, 0.000 recent hit rate, 0 save period in seconds';
    const lines: readonly (readonly [string, string])[] = [
      ['ID', await text('/storage_service/hostid/local')],
      ['Gossip active', await text('/storage_service/gossiping')],
      ['Thrift active', await text('/storage_service/rpc_server')],
      ['Native Transport active', await text('/storage_service/native_transport')],
      ['Load', shownSize((await rest.get('/storage_service/load')) as number)],
      ['Generation No', await text('/storage_service/generation_number')],
      ['Uptime (seconds)', String(Math.floor(((await rest.get('/system/uptime_ms')) as number) / 1000))],
      ['Heap Memory (MB)', '0.00 / 0.00'],
      ['Off Heap Memory (MB)', '0.00'],
      ['Data Center', await text('/snitch/datacenter')],
      ['Rack', await text('/snitch/rack')],
      ['Exceptions', await text('/storage_service/metrics/exceptions')],
      ['Key Cache', noCache],
      ['Row Cache', noCache],
      ['Counter Cache', noCache],
      ['Percent Repaired', '0.0%'],
      ...(flags.has('tokens')
        ? tokens.map((token) => ['Token', token] as const)
        : [['Token', `(invoke with -T/--tokens to see all ${tokens.length} tokens)`] as const]),
    ];
    return lines.map(([name, value]) => `${name.padEnd(23)}: ${value}\n`).join('');
  },
};

const describeCluster = plain('describecluster', async (_args, rest) => {
  const versions = (await rest.get('/storage_proxy/schema_versions')) as Pairs<readonly string[]>;
  const lines = [
    'Cluster Information:',
    `\tName: ${String(await rest.get('/storage_service/cluster_name'))}`,
    `\tSnitch: ${String(await rest.get('/snitch/name'))}`,
    '\tDynamicEndPointSnitch: disabled',
    `\tPartitioner: ${String(await rest.get('/storage_service/partitioner_name'))}`,
    '\tSchema versions:',
    ...versions.map(({ key, value }) => `\t\t${key}: [${value.join(', ')}]\n`),
  ];
  return `${lines.join('\n')}\n`;
});

export const nodeCommands: readonly Command[] = [
  status,
  info,
  describeCluster,
  plain('statusgossip', yesOrNo('/storage_service/gossiping')),
  plain('statusbinary', yesOrNo('/storage_service/native_transport')),
  plain(
    'version',
    async (_args, rest) => `ReleaseVersion: ${String(await rest.get('/storage_service/release_version'))}\n`,
  ),
];
