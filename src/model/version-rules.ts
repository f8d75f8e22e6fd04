import { atLeast, newerThan, type Release, type ServerVersion } from './server-version.js';

/** One way in which Alternator differs from what a caller would expect, and on which releases it does. */
export interface VersionRule {
  readonly id: string;
  /** The first release that is so; left out: all older ones too. */
  readonly since?: Release;
  /** The last release that is so; left out: all newer ones too. */
  readonly until?: Release;
  readonly what: string;
  /** Why it matters to a backup or a restore. */
  readonly why: string;
  /**
   * Where it was read. `api N`, `cql N`: a recorded answer of 2025.1; #N: scylladb/scylladb; a file: its source.
   * `unproven`: the fact is sourced, but which release has it is concluded from dates.
   */
  readonly source: string;
}

/** Data, not code paths: whoever depends on a version asks `rule` here, and the reason stands beside the number. */
export const VERSION_RULES = [
  {
    id: 'gsi-keys-are-columns',
    until: '6.2',
    what: 'Keys of global indexes are real columns of the base table; later ones are computed from `:attrs`.',
    why: 'An SSTable holds a value in one of the two places, and the other reads nothing there.',
    source: 'SCYLLA.md 1.4 (alternator/executor.cc, add_column calls per branch); cql 109, 137; #11567',
  },
  {
    id: 'lsi-keys-are-columns',
    until: '2025.3',
    what: 'Sort keys of local indexes are real columns of the base table; later ones are computed from `:attrs`.',
    why: 'As with global indexes: SSTables of one kind do not load into a table of the other.',
    source: 'SCYLLA.md 1.4; cql 109: `status` of LSI by-status is a regular column',
  },
  {
    id: 'lsi-only-at-creation',
    what: 'A local index can be made by CreateTable only, and never be removed.',
    why: 'All indexes go into CreateTable.',
    source: 'api 638; behaviour.md (E024); SCYLLA.md 4.4',
  },
  {
    id: 'gsi-by-update-table',
    since: '2025.1',
    what: 'UpdateTable adds and removes global indexes of a table that exists.',
    why: 'Before, a global index that CreateTable was not given can never be had.',
    source: 'api 621, 636; #11567; SCYLLA.md 4.4',
  },
  {
    id: 'one-gsi-per-update-table',
    since: '2025.1',
    what: 'One UpdateTable adds or removes one global index, and is given the definitions of that index’s keys only.',
    why: 'Several in one request are a LimitExceededException, other definitions are spurious.',
    source: 'api 625, 628, 631, 632',
  },
  {
    id: 'composite-gsi-keys',
    since: '2026.4',
    what: 'A global index may have several hash and range keys.',
    why: 'Older servers take one or two keys, and would refuse the table.',
    source: '#30768; alternator/executor_util.cc, genuine_range_key_count ("before scylla 2026.4")',
  },
  {
    id: 'hash-only-gsi-shown-with-range',
    until: '2025.4',
    what: 'DescribeTable shows a GSI of a hash key only with a range key: the first key of the base table that it lacks.',
    why: 'Nobody can tell it from one that was given that key. The view is the same, so what is shown is asked for.',
    source:
      'api 126, 926, 924; #25978 (reviewed in September 2025, backport/none; #26211 had to be backported to 2025.4 by then: unproven)',
  },
  {
    id: 'projection-always-all',
    what: 'Every index holds all attributes and is shown with projection ALL, whatever was asked for.',
    why: 'ALL is what the table has, so ALL is asked for.',
    source: 'api 119, 120, 641; #5036; alternator/executor.cc, fill_table_description',
  },
  {
    id: 'description-is-no-request',
    what: 'CreateTable takes an unchanged DescribeTable and makes a PROVISIONED table of 0/0 from an on-demand one.',
    why: 'It reads BillingMode, which DescribeTable shows elsewhere, and its default is PROVISIONED.',
    source: 'api 921, 931',
  },
  {
    id: 'throughput-only-when-provisioned',
    what: 'ProvisionedThroughput is demanded of PROVISIONED tables (0/0 will do) and refused for on-demand ones.',
    why: 'DescribeTable shows 0/0 for on-demand tables all the same.',
    source: 'api 117, 118, 922, 932',
  },
  {
    id: 'no-spurious-definitions',
    what: 'AttributeDefinitions that no key uses are refused.',
    why: 'Only those of keys that are kept may be sent.',
    source: 'api 230, 925',
  },
  {
    id: 'creation-date-is-not-kept',
    what: 'CreateTable sets the creation date; 2025.1 even shows the time of the DescribeTable call as it.',
    why: 'No restore brings it back, so no comparison may look at it.',
    source: 'api 102 beside 323; alternator/executor.cc, set_table_creation_time',
  },
  {
    id: 'system-tags-are-reserved',
    what: 'Tags `system:…` are the server’s own, but for `system:write_isolation` and that of `tablets-tag-is-system`.',
    why: 'CreateTable and TagResource refuse them. Servers without #24299 list them too (up to 6.2, first patches of 2025.1 and 2025.2), and take `system:ttl_attribute` as an order to expire items.',
    source: 'api 152, 428; #24299, backports #24376, #24377; alternator/executor.cc, tag_key_is_internal',
  },
  {
    id: 'tags-at-most-50',
    what: 'A table has 50 tags at most, at every moment.',
    why: 'A tag that is needed only at creation must leave room, and go before the others come.',
    source: 'api 407, 421; alternator/executor.cc, update_tags_map',
  },
  {
    id: 'tablets-exist',
    since: '6.0',
    what: 'A table can lie on tablets.',
    why: 'Older servers make a vnode table whatever the tags say.',
    source: '#16353, #18157; scylla-cluster-tests#8209 (6.0, 6.1, 2024.2)',
  },
  {
    id: 'vnodes-unless-tagged',
    until: '2025.3',
    what: 'Without a tag a new table lies on vnodes; later `tablets_mode_for_new_keyspaces` decides.',
    why: 'A table without a tag comes back on the other kind when it moves to a newer server.',
    source: '#18157, #26211; cql 162; alternator/executor.cc, create_keyspace_metadata',
  },
  {
    id: 'tablets-tag-is-system',
    since: '2025.4',
    what: 'The tag of CreateTable that asks for tablets is `system:initial_tablets`; before, it was `experimental:initial_tablets`.',
    why: 'Before 2025.4 the newer name is refused; since then the older one is a tag without meaning.',
    source: 'api 143, 145; #26211; scylla-manager#4694 (not yet in 2025.4.0-rc4)',
  },
  {
    id: 'streams-refused-on-tablets',
    since: '6.0',
    until: '2026.1',
    what: 'A table on tablets cannot have a stream.',
    why: 'The stream is switched on last, when the old table is long gone.',
    source: 'api 619; #16317, #23838; SCYLLA.md 0 and 4.4',
  },
  {
    id: 'ttl-refused-on-tablets',
    since: '6.0',
    until: '2025.2',
    what: 'Items of a table on tablets cannot expire.',
    why: 'As with streams: expiry is switched on after the data is there.',
    source:
      'api 466; #17306, #16567; lifted by #23662 (backport/none), merged between 2 and 8 June 2025, when master was 2025.3 (forum.scylladb.com 4820; #24299 of 3 June was backported to 2025.1 and 2025.2 only): unproven',
  },
  {
    id: 'lwt-fails-on-tablets',
    since: '6.0',
    until: '2025.3',
    what: 'A table on tablets takes no writes by lightweight transactions; isolation must be forbid_rmw or unsafe_rmw.',
    why: 'CreateTable and TagResource take any isolation and the writes fail, so a table may well have been like that: nothing is refused for it.',
    source:
      'behaviour.md (Tablets); #22462; lifted by #24819 (July 2025); SCYLLA.md 1.1 ($paxos since 2025.4)',
  },
  {
    id: 'indexes-on-tablets-need-racks',
    since: '2025.4',
    what: 'Indexes of a table on tablets need as many racks as copies: 3 in a ring of three nodes and more. One copy will do with any.',
    why: 'CreateTable refuses the table. 2025.4 also wants the option rf_rack_valid_keyspaces, which only it knows.',
    source:
      '#27622, #27671 (2025.4), #28154 (2026.1); locator/tablets.cc, assert_rf_rack_valid_keyspace; #27382; 2025.1 took them: api 150',
  },
  {
    id: 'incremental-compaction-by-default',
    since: '2025.1',
    what: 'A new table is compacted by IncrementalCompactionStrategy; before, by SizeTieredCompactionStrategy.',
    why: 'A plan says which options will be put back: those that a new table will not have by itself.',
    source: 'SCYLLA.md 2.3; cql 001',
  },
  {
    id: 'dictionary-compression-by-default',
    since: '2025.4',
    what: 'A new table is compressed by LZ4WithDictsCompressor; before, by LZ4Compressor.',
    why: 'A plan says which options will be put back: those that a new table will not have by itself.',
    source: 'SCYLLA.md 2.3; cql 001',
  },
  {
    id: 'names-up-to-222',
    until: '2025.3',
    what: 'A table name has up to 222 characters, since 2025.4 up to 192; with an index, both names up to 222 together.',
    why: 'A table with a longer name has no place on a newer server.',
    source: 'api 217, 219, 244; #24597, #24717; alternator/executor_util.hh, max_table_name_length',
  },
  {
    id: 'cql-names-up-to-48',
    until: '2025.1',
    what: 'CREATE KEYSPACE and CREATE TABLE take names of 48 characters at most, later ones 192; `alternator_` uses 11 of a keyspace’s.',
    why: 'The API takes longer ones: such a table cannot be made again by CQL, which only comes out when it is gone.',
    source: 'cql 211, 216; SCYLLA.md 2.5 (create_keyspace_statement.cc, create_table_statement.cc)',
  },
  {
    id: 'stream-needs-a-short-name',
    what: 'A stream’s log is named `…_scylla_cdc_log`, so that its table has 207 characters at most.',
    why: 'Up to 2025.3 a longer one is not refused but shuts the server down.',
    source: '#24598, #24717; alternator/executor_util.cc, validate_cdc_log_name_length',
  },
] as const satisfies readonly VersionRule[];

export type RuleId = (typeof VERSION_RULES)[number]['id'];

/** Whether this is so on that server. */
export function rule(server: ServerVersion, id: RuleId): boolean {
  const found: VersionRule | undefined = VERSION_RULES.find((each) => each.id === id);
  if (!found) throw new Error(`no version rule is called ${id}`);
  const { since, until } = found;
  return (
    (since === undefined || atLeast(server, since)) && (until === undefined || !newerThan(server, until))
  );
}
