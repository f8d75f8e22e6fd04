import { quoteName } from '../cql/quoting.js';
import type { WithOptions } from '../cql/with-options.js';
import { optionDifferences } from './option-drift.js';
import type { SchemaRecord } from './schema-record.js';
import { alteredStream, isStreaming, streamDifferences, streamOptions } from './stream-options.js';

/** One ALTER, and the options that it sets, for people. */
export interface OptionChange {
  readonly statement: string;
  /** `table option gc_grace_seconds 864000 → 100`. */
  readonly what: string;
  /** The wanted value, where it says on how many nodes the rows are kept. */
  readonly replication?: string;
}

interface TableNames {
  readonly keyspace: string;
  readonly table: string;
}

const qualifiedIn = (keyspace: string, name: string): string => `${quoteName(keyspace)}.${quoteName(name)}`;

/**
 * The statements that give a table what the API cannot set: replication and durable writes of its keyspace, options of the
 * table and of its views. Tags are the API's (`scylla_tags`), and the stream's come after it is on. An option that the live side
 * does not print is sent only where servers print it when it was set; one that only the live side has cannot be unset.
 */
export function optionChanges(
  saved: SchemaRecord,
  live: SchemaRecord,
  { keyspace, table }: TableNames,
): readonly OptionChange[] {
  const qualified = (name: string) => qualifiedIn(keyspace, name);
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
    wanted === undefined
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
 * The statement that gives a live stream what the API cannot: how long its records live, what is recorded of a change.
 * Scylla alters the log in place, under its id (cdc/log.cc, on_before_update_column_family), so that the stream's ARN stays
 * and nothing of the API's reads the entries (alternator/streams.cc looks back 24 h whatever `ttl` says). Undefined where
 * nothing differs, and for a stream that is only asked for yet (`enable_requested`): the server switches it on by itself, and
 * a map that was read before would switch it off again. The drift tells that one.
 */
export function streamChange(
  saved: SchemaRecord,
  live: SchemaRecord,
  { keyspace, table }: TableNames,
): OptionChange | undefined {
  const stream = streamOptions(live.table);
  const differences = streamDifferences(saved.table, live.table);
  if (differences.length === 0 || !isStreaming(stream)) return undefined;
  const what = differences.map((each) => `${each.name} ${each.live ?? 'none'} → ${each.saved ?? 'none'}`);
  return {
    statement: `ALTER TABLE ${qualifiedIn(keyspace, table)} WITH cdc = ${alteredStream(stream, differences)}`,
    what: `table option ${what.join(', ')}`,
  };
}

/** The statements that give a live stream's log the options that it had: DESC tells them in an ALTER (recorded cql 003). */
export const streamLogChanges = (
  saved: SchemaRecord,
  live: SchemaRecord,
  { keyspace, table }: TableNames,
): readonly OptionChange[] =>
  changes(
    'stream log option',
    `ALTER TABLE ${qualifiedIn(keyspace, `${table}_scylla_cdc_log`)}`,
    saved.streamLog,
    live.streamLog,
  );
