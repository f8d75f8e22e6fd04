import { atLeast, spokenVersion, type Release, type ServerVersion } from './server-version.js';

/** Who reads SSTables of one format, by the name that their files begin with. */
export interface FormatRule {
  readonly format: string;
  /** The first release line of Scylla that reads it; `always`: every one that has Alternator. */
  readonly scylla: Release | 'always' | 'never';
  /** A Cassandra behind a gateway. Which release of it is not told apart: left out where that would decide. */
  readonly cassandra?: 'always' | 'never';
  /** Where it was read. `unproven`: the fact is sourced, but which release has it is concluded. */
  readonly source: string;
}

const DOCUMENTED = 'docs.scylladb.com, manual/architecture/sstable, "SSTable Version Support"';
const LEGACY = `sstables/version.hh, all_sstable_versions; ${DOCUMENTED} (ka, la and mc remain readable)`;
const CASSANDRA = 'Not among the formats of sstables/version.hh; Cassandra, sstable/format/{big,bti}';

/**
 * Data, like `VERSION_RULES`. Enterprise before 2024.2 counts as 5.4 (`parseServerVersion`), so that `me` is not refused on
 * 2021.1, which cannot read it: such a load fails, and is put back.
 */
export const SSTABLE_FORMATS: readonly FormatRule[] = [
  { format: 'la', scylla: 'always', source: LEGACY },
  { format: 'mc', scylla: 'always', cassandra: 'always', source: LEGACY },
  {
    format: 'md',
    scylla: '4.3',
    cassandra: 'always',
    source: `${DOCUMENTED} (4.3, 2021.1); SCYLLA.md 1.5`,
  },
  {
    format: 'me',
    scylla: '5.1',
    cassandra: 'always',
    source: `${DOCUMENTED} (5.1, 2022.2); SCYLLA.md 1.5`,
  },
  {
    format: 'ms',
    scylla: '2025.4',
    cassandra: 'never',
    source: `${DOCUMENTED} (2025.4); SCYLLA.md 1.5: writable since then, and not known before`,
  },
  {
    format: 'mt',
    scylla: '2026.1',
    cassandra: 'never',
    source: `SCYLLA.md 1.5 (2026.1); ${DOCUMENTED} says 2026.2: the earlier one is taken, unproven`,
  },
  { format: 'nb', scylla: 'never', cassandra: 'always', source: `${CASSANDRA} (4.0)` },
  { format: 'oa', scylla: 'never', source: `${CASSANDRA} (5.0)` },
  { format: 'da', scylla: 'never', source: `${CASSANDRA} (5.0)` },
];

/** What a server would make of SSTables of these formats, a sentence for each that it may not take. */
export interface FormatJudgement {
  /** It cannot read them, with the cure. */
  readonly refused: readonly { readonly problem: string; readonly cure: string }[];
  /** Nobody knows. */
  readonly doubts: readonly string[];
}

/** `table` names their table in the sentences. A server whose release cannot be read counts as the newest. */
export function judgeFormats(
  table: string,
  formats: Iterable<string>,
  server: ServerVersion,
): FormatJudgement {
  const refused: { readonly problem: string; readonly cure: string }[] = [];
  const doubts: string[] = [];
  const spoken = server.engine === 'Cassandra' ? server.text : `Scylla ${spokenVersion(server)}`;
  for (const format of [...new Set(formats)].sort()) {
    const rule = SSTABLE_FORMATS.find((each) => each.format === format);
    const since = rule?.[server.engine === 'Cassandra' ? 'cassandra' : 'scylla'];
    if (since === undefined) {
      doubts.push(`Nobody knows whether this server (${spoken}) reads SSTables of format ${format}`);
    } else if (since === 'never' || (since !== 'always' && !atLeast(server, since))) {
      refused.push({
        problem: `'${table}' has SSTables of format ${format}, which this server (${spoken}) does not read`,
        cure:
          rule?.scylla === 'never' || rule?.scylla === 'always'
            ? 'Restore it on a server like the one that wrote them.'
            : `Restore it on Scylla ${rule?.scylla} or newer.`,
      });
    }
  }
  return { refused, doubts };
}
