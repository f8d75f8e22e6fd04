import { quoteName } from '../cql/quoting.js';
import type { WithOptions } from '../cql/with-options.js';
import { optionDifferences } from './option-drift.js';
import type { SchemaRecord } from './schema-record.js';

/** One ALTER, and the options that it sets, for people. */
export interface OptionChange {
  readonly statement: string;
  /** `table option gc_grace_seconds 864000 → 100`. */
  readonly what: string;
  /** The wanted value, where it says on how many nodes the rows are kept. */
  readonly replication?: string;
}

/**
 * The statements that give a table what the API cannot set: replication and durable writes of its keyspace, options of the
 * table and of its views. The stream's are the API's (`cdc`), and so are tags (`scylla_tags`). An option that the live side
 * does not print is sent only where servers print it when it was set; one that only the live side has cannot be unset.
 */
export function optionChanges(
  saved: SchemaRecord,
  live: SchemaRecord,
  { keyspace, table }: { readonly keyspace: string; readonly table: string },
): readonly OptionChange[] {
  const qualified = (name: string) => `${quoteName(keyspace)}.${quoteName(name)}`;
  return [
    ...changes('keyspace option', `ALTER KEYSPACE ${quoteName(keyspace)}`, saved.keyspace, live.keyspace),
    ...changes('table option', `ALTER TABLE ${qualified(table)}`, saved.table, live.table),
    ...[...(saved.views ?? [])].flatMap(([view, options]) =>
      changes(
        `view ${view}: option`,
        `ALTER MATERIALIZED VIEW ${qualified(view)}`,
        options,
        live.views?.get(view),
      ),
    ),
  ];
}

function changes(
  what: string,
  alter: string,
  saved: WithOptions | undefined,
  live: WithOptions | undefined,
): readonly OptionChange[] {
  return optionDifferences(saved, live).flatMap(({ name, saved: wanted, live: present }) =>
    wanted === undefined || name === 'cdc'
      ? []
      : [
          {
            statement: `${alter} WITH ${name} = ${wanted}`,
            what: `${what} ${name} ${present ?? 'none'} → ${wanted}`,
            ...(name === 'replication' ? { replication: wanted } : {}),
          },
        ],
  );
}

/**
 * Options of a backup that are unlike what servers give a new Alternator table: what a plan shows before there is a table to
 * compare with.
 */
export function unusualOptions({ keyspace, table }: SchemaRecord, nodes: number): readonly string[] {
  // Alternator makes three copies where there are three nodes (SCYLLA.md 4.4).
  const copies = nodes >= 3 ? 3 : 1;
  const unusual = (what: string, options: WithOptions | undefined) =>
    [...(options?.values() ?? [])].flatMap(({ name, text, canonical }) => {
      const usual = USUAL[name];
      return usual === undefined || usual.some((each) => each.test(canonical))
        ? []
        : [`${what} ${name} = ${text}`];
    });
  const replication = keyspace?.get('replication');
  const factors = [...(replication?.canonical ?? '').matchAll(/: *'?(\d+)'?/g)].map(([, factor]) =>
    Number(factor),
  );
  return [
    ...(replication && factors.some((factor) => factor !== copies)
      ? [`keyspace option replication = ${replication.text}`]
      : []),
    ...unusual('keyspace option', keyspace),
    ...unusual('table option', table),
  ];
}

/** As printed for a new Alternator table by releases from 5.2 to 2025.4 (recorded cql 001, SCYLLA.md 2.3). */
const USUAL: Readonly<Record<string, readonly RegExp[]>> = {
  durable_writes: [/^true$/],
  bloom_filter_fp_chance: [/^0\.01$/],
  caching: [/^\{'keys': 'ALL', *'rows_per_partition': 'ALL'\}$/],
  comment: [/^''$/],
  compaction: [/^\{'class': '(SizeTiered|Incremental)CompactionStrategy'\}$/],
  compression: [
    /^\{'sstable_compression': '(org\.apache\.cassandra\.io\.compress\.)?LZ4(WithDicts)?Compressor'\}$/,
  ],
  crc_check_chance: [/^1$/],
  default_time_to_live: [/^0$/],
  gc_grace_seconds: [/^864000$/],
  max_index_interval: [/^2048$/],
  memtable_flush_period_in_ms: [/^0$/],
  min_index_interval: [/^128$/],
  speculative_retry: [/^'99\.0PERCENTILE'$/],
};
