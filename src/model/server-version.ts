/** A release line, as rules name it: `6.2`, `2025.4`. Patch releases of a line behave alike. */
export type Release = `${number}.${number}`;

/** Which Scylla a node acts like. Make one with `parseServerVersion`, ask it with `atLeast` and `newerThan`. */
export interface ServerVersion {
  /** The version in the node's own words, for sentences. */
  readonly text: string;
  /** The release line whose behaviour counts; infinite where it is not known: newer than every release. */
  readonly line: readonly [major: number, minor: number];
  /** False: the words could not be read, and the newest behaviour that is known is assumed. */
  readonly known: boolean;
  /** Whether the release tells which index keys are columns of the base table: not one that cannot be read. */
  readonly tellsIndexColumns: boolean;
  /** Whose server it is, behind what it acts like: that decides which files it reads. */
  readonly engine: 'Scylla' | 'Cassandra';
  /** Whether CQL makes the views behind Alternator's indexes: Scylla refuses their names (recorded cql 304, 305). */
  readonly takesIndexViews: boolean;
}

/** What every Scylla tells drivers as its release_version: it stands for all of them, so it says nothing. */
const TOLD_TO_DRIVERS = '3.0.8';

/**
 * The version of a node, by what `NodeIdentity` says of it: `2025.1.0~dev-0.2024…`, `6.2.3-0.2025…`, `5.4.9`, `4.6.rc1`.
 *
 * The engine `Cassandra` is only ever met behind a gateway that acts like Scylla 2025.1. But its views know real columns
 * only, so it counts as 6.2, the last release of which that is true; no other rule that is asked tells these two apart. A
 * "Cassandra" `3.0.8` is a Scylla that keeps its real version to itself (older than `system.versions`, or the role may not
 * read it); like any other text that cannot be read it counts as the newest known, with `known: false`.
 */
export function parseServerVersion(engine: string, version: string): ServerVersion {
  if (version === TOLD_TO_DRIVERS) return unknown(version);
  if (engine === 'Cassandra')
    return {
      text: `${engine} ${version}`,
      line: [6, 2],
      known: true,
      tellsIndexColumns: true,
      engine: 'Cassandra',
      takesIndexViews: true,
    };
  const parts = /^(\d+)\.(\d+)(?![\d])/.exec(version);
  if (!parts) return unknown(version);
  return {
    text: version,
    line: openSourceLine(Number(parts[1]), Number(parts[2])),
    known: true,
    tellsIndexColumns: true,
    engine: 'Scylla',
    takesIndexViews: false,
  };
}

/** Of this release or a newer one. */
export const atLeast = (server: ServerVersion, release: Release): boolean => compare(server, release) >= 0;

/** Of a newer release than this one; patches of the same release are not newer. */
export const newerThan = (server: ServerVersion, release: Release): boolean => compare(server, release) > 0;

/** How to name the server in a sentence. */
export const spokenVersion = ({ text, known }: ServerVersion): string =>
  known ? text : `${text}, which cannot be read and is taken for the newest`;

const unknown = (text: string): ServerVersion => ({
  text,
  line: [Infinity, Infinity],
  known: false,
  tellsIndexColumns: false,
  engine: 'Scylla',
  takesIndexViews: false,
});

/**
 * Enterprise was numbered by year before the lines became one in 2025.1, but holds the code of an open-source release:
 * 2024.2 is the first with tablets, as 6.0 is (scylla-cluster-tests#8209 went to 6.0, 6.1 and 2024.2). No rule tells the
 * older ones apart.
 */
function openSourceLine(major: number, minor: number): ServerVersion['line'] {
  if (major < 2000 || major >= 2025) return [major, minor];
  return major === 2024 && minor >= 2 ? [6, 0] : [5, 4];
}

function compare({ line: [major, minor] }: ServerVersion, release: Release): number {
  const [wantedMajor = NaN, wantedMinor = NaN] = release.split('.').map(Number);
  return major === wantedMajor ? minor - wantedMinor : major - wantedMajor;
}
