/** A CQL identifier: Alternator's names hold capitals, dashes and colons, its attribute names anything at all. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const qualified = (keyspace: string, table: string): string => `${quoted(keyspace)}.${quoted(table)}`;

/** Where Alternator keeps every attribute that is not a key. */
export const ATTRIBUTES = ':attrs';
