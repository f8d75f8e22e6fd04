import { mapEntries, stringIn, type WithOption, type WithOptions } from '../cql/with-options.js';
import { comparableValue, PRINTED_WHEN_SET } from './option-drift.js';
import { canHold, type Topology } from './ring-share.js';
import { OPTIONS_NOT_COMPARED } from './schema-exceptions.js';
import type { SchemaRecord } from './schema-record.js';
import type { ServerVersion } from './server-version.js';
import { unusualStreamOptions } from './stream-options.js';
import { rule } from './version-rules.js';

/** An option of a backup that a new table will not have by itself. */
export interface PlannedOption {
  /** As saved: `compaction = {…}`, `keyspace replication = {…}`, `view users:ByAge: comment = 'x'`. */
  readonly text: string;
  /** False for a replication that asks for more nodes than there are: it is left as it is. */
  readonly ringHoldsIt: boolean;
}

export interface OptionPlace {
  readonly server: ServerVersion;
  readonly topology: Topology;
}

/**
 * What ALTER will have to put back, told before there is a new table to compare with: what is unlike that which this server
 * gives to new tables. The present table, where there is one, tells which options this server knows at all, and has a say in
 * those whose usual value is not known here.
 */
export function plannedOptions(
  saved: SchemaRecord,
  present: SchemaRecord | undefined,
  { server, topology }: OptionPlace,
): readonly PlannedOption[] {
  const usual = usualValues(server);
  const of = (what: string, options: WithOptions | undefined, live: WithOptions | undefined) =>
    [...(options?.values() ?? [])]
      .filter((option) => willDiffer(option, live, usual))
      .map(({ name, text }) => ({ text: `${what}${name} = ${text}`, ringHoldsIt: true }));
  const stream = saved.table?.get('cdc');
  const isUnusualStream = stream !== undefined && unusualStreamOptions(saved.table).length > 0;
  return [
    ...replicationOf(saved.keyspace, topology),
    ...of('keyspace ', saved.keyspace, present?.keyspace),
    ...of('', saved.table, present?.table),
    ...(isUnusualStream ? [{ text: `cdc = ${stream.text}`, ringHoldsIt: true }] : []),
    ...[...(saved.views ?? [])].flatMap(([view, options]) =>
      of(`view ${view}: `, options, present?.views?.get(view)),
    ),
  ];
}

function willDiffer(
  option: WithOption,
  present: WithOptions | undefined,
  usual: Readonly<Record<string, readonly RegExp[]>>,
): boolean {
  const { name } = option;
  // Told of by themselves, or never sent.
  if (name in OPTIONS_NOT_COMPARED || name === 'cdc' || name === 'replication') return false;
  if (PRINTED_WHEN_SET.has(name)) return true;
  const live = present?.get(name);
  if (present && !live) return false;
  const value = comparableValue(option);
  const known = usual[name];
  if (known) return !known.some((each) => each.test(value));
  return live !== undefined && comparableValue(live) !== value;
}

/**
 * Alternator makes three copies where there are three nodes, else one (SCYLLA.md 4.4), in each data centre, and counts them:
 * whatever is said otherwise (other data centres, another strategy, racks by name) has to be put back.
 */
function replicationOf(keyspace: WithOptions | undefined, topology: Topology): readonly PlannedOption[] {
  const replication = keyspace?.get('replication');
  if (!replication) return [];
  const nodes = Object.values(topology.nodes).reduce((sum, count) => sum + count, 0);
  const usual = String(nodes >= 3 ? 3 : 1);
  const { class: strategy = '', ...copies } = Object.fromEntries(
    [...mapEntries(replication.text)].map(([name, text]) => [name, stringIn(text)]),
  );
  const isUsual =
    strategy.endsWith('NetworkTopologyStrategy') &&
    Object.values(copies).every((count) => count === usual) &&
    Object.keys(copies).sort().join() === Object.keys(topology.nodes).sort().join();
  if (isUsual) return [];
  const text = `keyspace replication = ${replication.text}`;
  return [{ text, ringHoldsIt: canHold(replication.text, topology) }];
}

/**
 * As printed for a new Alternator table by releases from 5.2 to 2025.4 (recorded cql 001, SCYLLA.md 2.3), and, behind a
 * gateway, by Cassandra 5.0. Classes without their packages, entries in alphabetical order.
 */
function usualValues(server: ServerVersion): Readonly<Record<string, readonly RegExp[]>> {
  const compaction = rule(server, 'incremental-compaction-by-default') ? 'Incremental' : 'SizeTiered';
  const compressor = rule(server, 'dictionary-compression-by-default') ? 'LZ4WithDicts' : 'LZ4';
  return {
    durable_writes: [/^true$/],
    bloom_filter_fp_chance: [/^0\.01$/],
    caching: [/^\{'keys': 'ALL', 'rows_per_partition': '(ALL|NONE)'\}$/],
    comment: [/^''$/],
    compaction: [
      new RegExp(`^\\{'class': '${compaction}CompactionStrategy'\\}$`),
      /^\{'class': 'SizeTieredCompactionStrategy', 'max_threshold': '32', 'min_threshold': '4'\}$/,
    ],
    compression: [
      new RegExp(`^\\{'sstable_compression': '${compressor}Compressor'\\}$`),
      /^\{'chunk_length_in_kb': '16', 'class': 'LZ4Compressor'\}$/,
    ],
    crc_check_chance: [/^1$/],
    default_time_to_live: [/^0$/],
    gc_grace_seconds: [/^864000$/],
    max_index_interval: [/^2048$/],
    memtable_flush_period_in_ms: [/^0$/],
    min_index_interval: [/^128$/],
    speculative_retry: [/^'99(\.0PERCENTILE|p)'$/],
  };
}
