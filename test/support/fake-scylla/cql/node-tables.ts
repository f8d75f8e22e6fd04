import { CqlError, UNAUTHORIZED } from './cql-error.js';
import { columns, type NodeFacts, type Row, type SystemTable } from './system-table.js';

/** What a node says of itself and of its peers (recorded cql 140 to 143, 425). */
export function nodeTable(name: string, facts: NodeFacts): SystemTable | undefined {
  switch (name) {
    case 'system.local':
      return { columns: LOCAL, rows: [localRow(facts)] };
    case 'system.peers':
      return { columns: PEERS, rows: Array.from({ length: facts.nodes - 1 }, (_, n) => peerRow(n, facts)) };
    case 'system.versions':
      return {
        columns: columns({ key: 'varchar', build_id: 'varchar', build_mode: 'varchar', version: 'varchar' }),
        rows: [{ key: 'local', build_id: 'fake', build_mode: 'release', version: '2025.1-0.fake' }],
      };
    case 'system.config':
      return configTable(facts);
    case 'system.role_permissions':
      // Nobody is granted anything where everybody may do everything (recorded cql 404).
      return {
        columns: columns({ role: 'varchar', resource: 'varchar', permissions: 'set<varchar>' }),
        rows: [],
      };
    case 'system.corrupt_data':
      return {
        columns: columns({ keyspace_name: 'varchar', table_name: 'varchar', origin: 'varchar' }),
        rows: Array.from({ length: facts.state.corruptRows }, () => ({ origin: 'sstable-write' })),
      };
    default:
      return undefined;
  }
}

const LOCAL = columns({
  key: 'varchar',
  bootstrapped: 'varchar',
  broadcast_address: 'inet',
  cluster_name: 'varchar',
  cql_version: 'varchar',
  data_center: 'varchar',
  gossip_generation: 'int',
  host_id: 'uuid',
  listen_address: 'inet',
  native_protocol_version: 'varchar',
  partitioner: 'varchar',
  rack: 'varchar',
  release_version: 'varchar',
  rpc_address: 'inet',
  schema_version: 'uuid',
  tokens: 'set<varchar>',
});

const PEERS = columns({
  peer: 'inet',
  data_center: 'varchar',
  host_id: 'uuid',
  preferred_ip: 'inet',
  rack: 'varchar',
  release_version: 'varchar',
  rpc_address: 'inet',
  schema_version: 'uuid',
  tokens: 'set<varchar>',
});

const localRow = ({ state, host }: NodeFacts): Row => ({
  key: 'local',
  bootstrapped: 'COMPLETED',
  broadcast_address: host,
  cluster_name: '',
  cql_version: '3.3.1',
  data_center: 'datacenter1',
  gossip_generation: 1_795_277_232,
  host_id: state.hostId,
  listen_address: host,
  native_protocol_version: '4',
  partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
  rack: 'rack1',
  release_version: '3.0.8',
  rpc_address: host,
  schema_version: state.schemaVersion,
  tokens: ['-1032882028064783325', '-106269601093205436'],
});

/** Nobody answers there: the tool talks to its own node only. */
const peerRow = (n: number, { state }: NodeFacts): Row => ({
  peer: `127.255.255.${n + 2}`,
  data_center: 'datacenter1',
  host_id: state.hostId.replace(/^./, String(n)),
  rack: 'rack1',
  release_version: '3.0.8',
  rpc_address: `127.255.255.${n + 2}`,
  schema_version: state.schemaVersion,
  tokens: [String(n)],
});

function configTable({ state, mayReadConfig }: NodeFacts): SystemTable {
  if (!mayReadConfig) {
    throw new CqlError(
      UNAUTHORIZED,
      'User backup has no SELECT permission on <table system.config> or any of its parents',
    );
  }
  return {
    columns: columns({ name: 'varchar', source: 'varchar', type: 'varchar', value: 'varchar' }),
    rows: [
      {
        name: 'data_file_directories',
        source: 'internal',
        type: 'string list',
        value: JSON.stringify([state.disk.root]),
      },
    ],
  };
}
