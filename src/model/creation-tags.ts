import type { ServerVersion } from './server-version.js';
import type { Tag } from './table-schema.js';
import { rule } from './version-rules.js';

/** The server that a table will be made on, and what the table was. */
export interface CreationTarget {
  readonly server: ServerVersion;
  /**
   * Whether the table lay on tablets, by `system_schema.scylla_keyspaces`; the tag that asked for them may have been
   * changed since. Undefined: nobody wrote it down, and the tags decide.
   */
  readonly tablets: boolean | undefined;
}

export interface CreationTags {
  /** For CreateTable. */
  readonly atCreation: readonly Tag[];
  /** What the table shall have in the end, where CreateTable is given others. */
  readonly after: readonly Tag[] | undefined;
}

const WRITE_ISOLATION = 'system:write_isolation';
const SYSTEM_TABLETS = 'system:initial_tablets';
const EXPERIMENTAL_TABLETS = 'experimental:initial_tablets';
const MOST_TAGS = 50;

/**
 * The saved tags that a table may be given (rule `system-tags-are-reserved`). Without a server: those that any takes or
 * has shown to be a user's. A reserved one was never a user's wish, but for a tablets tag that an older server reserves:
 * there the other name does its work.
 */
export const settableTags = (saved: readonly Tag[], server?: ServerVersion): readonly Tag[] =>
  saved.filter(
    ({ Key }) =>
      !Key.startsWith('system:') ||
      Key === WRITE_ISOLATION ||
      (Key === SYSTEM_TABLETS && (server === undefined || rule(server, 'tablets-tag-is-system'))),
  );

/**
 * The tags that make a table lie on what it lay on, whatever its tags say now: a changed tag changes nothing until a
 * table is made again (SCYLLA.md 8), and on another release a tag of the old name says nothing. `needsVnodes`: the table
 * has what this server refuses on tablets, so that one of unknown kind can only come back on vnodes.
 */
export function creationTags(
  saved: readonly Tag[],
  { server, tablets }: CreationTarget,
  needsVnodes: boolean,
): CreationTags {
  const settable = settableTags(saved, server);
  const wanted = tablets ?? (needsVnodes ? false : undefined);
  if (wanted === undefined || !rule(server, 'tablets-exist') || tabletsByTags(settable, server) === wanted)
    return { atCreation: settable, after: undefined };

  const key = tabletsTag(server);
  const others = settable.filter(({ Key }) => Key !== key);
  // A number asks for tablets, and 0 leaves their count to the server; any word asks for vnodes (api 143, 148).
  const decisive: Tag = { Key: key, Value: wanted ? '0' : 'none' };
  return { atCreation: [decisive, ...others.slice(0, MOST_TAGS - 1)], after: settable };
}

/** On what a table lies that is made with these tags. Undefined: the server's configuration decides. */
export function tabletsByTags(tags: readonly Tag[], server: ServerVersion): boolean | undefined {
  if (!rule(server, 'tablets-exist')) return false;
  const tag = tags.find(({ Key }) => Key === tabletsTag(server));
  // The server reads it with std::stol: blanks and a sign before the digits, anything behind them.
  if (tag) return /^\s*[+-]?\d/.test(tag.Value);
  return rule(server, 'vnodes-unless-tagged') ? false : undefined;
}

const tabletsTag = (server: ServerVersion): string =>
  rule(server, 'tablets-tag-is-system') ? SYSTEM_TABLETS : EXPERIMENTAL_TABLETS;

/** A tag that only the server sets (rule `system-tags-are-reserved`). */
export const isReservedTag = (key: string): boolean =>
  key.startsWith('system:') && key !== WRITE_ISOLATION && key !== SYSTEM_TABLETS;
