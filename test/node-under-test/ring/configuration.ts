import { join } from 'node:path';

export interface NodePlace {
  /** 1 to 3. */
  readonly number: number;
  readonly host: string;
  readonly folder: string;
  readonly dataDirectory: string;
}

export interface RingPorts {
  readonly cql: number;
  readonly storage: number;
  readonly rest: number;
  readonly api: number;
}

export interface ConfigurationOptions {
  readonly place: NodePlace;
  readonly hosts: readonly string[];
  readonly ports: RingPorts;
  readonly authorization: boolean;
}

/** The text of the file in which a node finds its datacenter and rack. */
export const RACK_PROPERTIES = 'dc=datacenter1\nrack=rack1\n';

/** The text of `cassandra.yaml`; JSON is YAML too. */
export function cassandraConfiguration({ place, hosts, ports, authorization }: ConfigurationOptions): string {
  const { host, folder } = place;
  const settings = {
    cluster_name: 'Test Cluster',
    auto_bootstrap: false,
    num_tokens: 1,
    initial_token: evenlySpacedToken(place.number, hosts.length),
    partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
    listen_address: host,
    rpc_address: host,
    storage_port: ports.storage,
    native_transport_port: ports.cql,
    start_native_transport: true,
    // Every node is a seed, so that all may start at once.
    seed_provider: [
      {
        class_name: 'org.apache.cassandra.locator.SimpleSeedProvider',
        parameters: [{ seeds: hosts.map((seed) => `${seed}:${ports.storage}`).join(',') }],
      },
    ],
    // Reads prefer the node that was asked, as Scylla's do; SimpleSnitch would take any replica.
    endpoint_snitch: 'GossipingPropertyFileSnitch',
    data_file_directories: [place.dataDirectory],
    commitlog_directory: join(folder, 'commitlog'),
    hints_directory: join(folder, 'hints'),
    saved_caches_directory: join(folder, 'saved_caches'),
    cdc_enabled: false,
    // An answered write must survive kill -9. No fsync comes with it (jvm-flags.ts), so it costs little.
    commitlog_sync: 'batch',
    // An item may have 400 KB and a partition many of them: the largest mutation is half a segment.
    commitlog_segment_size: '32MiB',
    commitlog_total_space: '128MiB',
    commitlog_disk_access_mode: 'legacy',
    disk_access_mode: 'standard',
    disk_optimization_strategy: 'ssd',
    // A damaged SSTable must fail the reads that meet it, not stop the node.
    disk_failure_policy: 'ignore',
    commit_failure_policy: 'ignore',
    authenticator: authorization ? 'PasswordAuthenticator' : 'AllowAllAuthenticator',
    authorizer: authorization ? 'CassandraAuthorizer' : 'AllowAllAuthorizer',
    role_manager: 'CassandraRoleManager',
    // Scylla names its automatic snapshots otherwise; see java/nodeundertest/TableDirectories.java.
    auto_snapshot: false,
    snapshot_before_compaction: false,
    incremental_backups: false,
    materialized_views_enabled: true,
    user_defined_functions_enabled: false,
    // Names as Scylla's since 5.4: me-3gdq_0bki_2cvk01yl83nj0tp5gh-big-Data.db.
    uuid_sstable_identifiers_enabled: true,
    storage_compatibility_mode: 'CASSANDRA_4',
    sstable: { selected_format: 'big' },
    memtable_heap_space: '64MiB',
    memtable_offheap_space: '64MiB',
    memtable_allocation_type: 'heap_buffers',
    key_cache_size: '0MiB',
    row_cache_size: '0MiB',
    counter_cache_size: '0MiB',
    file_cache_size: '16MiB',
    networking_cache_size: '8MiB',
    column_index_size: '4KiB',
    concurrent_reads: 8,
    concurrent_writes: 8,
    concurrent_counter_writes: 2,
    concurrent_materialized_view_writes: 8,
    concurrent_compactors: 1,
    concurrent_materialized_view_builders: 1,
    native_transport_max_threads: 16,
    memtable_flush_writers: 1,
    internode_compression: 'none',
    hinted_handoff_enabled: true,
    trickle_fsync: false,
    prepared_statements_cache_size: '4MiB',
    read_request_timeout: '20s',
    range_request_timeout: '30s',
    write_request_timeout: '20s',
    truncate_request_timeout: '60s',
    request_timeout: '30s',
    dynamic_snitch: false,
    phi_convict_threshold: 5,
  };
  return JSON.stringify(settings, null, 2);
}

/** A point in the i-th of n equal parts of the token ring, as decimal text: it does not fit a number. */
function evenlySpacedToken(position: number, count: number): string {
  const third = (1n << 64n) / BigInt(3 * count);
  return (-(1n << 63n) + BigInt(3 * position - 1) * third).toString();
}
