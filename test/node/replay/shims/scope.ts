import type { Area } from './recorded.js';

/** Recordings that are not replayed, with the reason. */
export interface Group {
  readonly area: Area;
  readonly reason: string;
  readonly numbers: readonly number[];
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

export const OUT_OF_SCOPE: readonly Group[] = [
  {
    area: 'nodetool',
    reason: "help pages: prose of Scylla's own, which no program reads",
    numbers: [...range(2, 14), 16],
  },
  {
    area: 'nodetool',
    reason:
      'commands that neither a backup nor a restore needs (statusbackup, gossipinfo, ring, getlogginglevels, netstats, compactionstats, checkAndRepairCdcStreams, tablestats, scrub, compact)',
    numbers: [...range(26, 31), 33, ...range(211, 216), ...range(241, 243), 605],
  },
  {
    area: 'rest',
    reason:
      'calls that neither the tool nor nodetool makes for it: commit log, drain, tracing, ring description, statistics, compaction, task manager, Raft, API documentation',
    numbers: [
      118,
      126,
      128,
      136,
      139,
      142,
      ...range(144, 149),
      152,
      153,
      157,
      ...range(168, 171),
      175,
      176,
      198,
      199,
    ],
  },
  {
    area: 'cql',
    reason: 'names with a dot, which Cassandra cannot hold: CQL sees them under a hash (RIG.md)',
    numbers: [...range(6, 9), 20, 21, ...range(125, 130)],
  },
  {
    area: 'cql',
    reason: 'a view with two attributes outside the base key, which Cassandra cannot have (RIG.md)',
    numbers: [13, 14],
  },
  { area: 'cql', reason: 'tablets (RIG.md)', numbers: [16, 26, 27, ...range(131, 136)] },
  {
    area: 'cql',
    reason:
      "tables of Scylla's own: system.config, system.versions, scylla_tables, scylla_keyspaces, computed_columns, views being built, snapshots, topology … (RIG.md)",
    numbers: [105, 106, 111, 112, 117, 118, 123, 124, 137, ...range(142, 185), ...range(421, 428), 434, 435],
  },
  {
    area: 'cql',
    reason:
      'statements that the tool does not send: DESC WITH INTERNALS, of everything, of a view or unquoted; CREATE, ALTER, DROP, SELECT',
    numbers: [
      19,
      23,
      25,
      ...range(28, 39),
      42,
      43,
      ...range(201, 234),
      ...range(301, 328),
      ...range(390, 392),
    ],
  },
  { area: 'cql', reason: 'lists of every table and view of the recorded server', numbers: [138, 139] },
  { area: 'cql', reason: 'roles and permissions', numbers: range(401, 418) },
];
