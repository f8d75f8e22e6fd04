/** A name in a statement: bare ones are folded to lower case, quoted ones are taken as they are. */
export const NAME = /(?:"(?:[^"]|"")+"|\w+)/.source;

export const readName = (written: string): string =>
  written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase();

/** As the server prints it: in quotes where CQL needs them (cql3/cql3_type.cc, maybe_quote). */
export const showName = (name: string): string =>
  /^[a-z][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
