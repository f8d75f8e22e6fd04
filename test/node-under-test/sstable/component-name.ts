/** The `big` formats that Cassandra 5.0 reads; Scylla's own list is la, mc, md, me. */
const READABLE = new Set(['ma', 'mb', 'mc', 'md', 'me', 'na', 'nb', 'oa']);
const NAME = /^([a-z]{2})-([^-]+)-(\w+)-(.+)$/;
const UUID_ID = /^[0-9a-z]{4}_[0-9a-z]{4}_[0-9a-z]{18}$/;

export interface ComponentName {
  readonly version: string;
  readonly id: string;
  /** `nb-<id>-big`: what the files of one SSTable share. */
  readonly prefix: string;
  /** `Data.db`, `TOC.txt`, also `TOC.txt.tmp`. */
  readonly component: string;
}

/** Undefined when the name is not of a component in a format that the database reads. The id is not looked at. */
export function parseComponentName(name: string): ComponentName | undefined {
  const [, version = '', id = '', format, component = ''] = NAME.exec(name) ?? [];
  if (format !== 'big' || !READABLE.has(version)) return undefined;
  return { version, id, prefix: `${version}-${id}-big`, component };
}

/** Integers before, since Scylla 5.4 and here identifiers made from time UUIDs. */
export const isGeneration = (id: string): boolean => /^\d+$/.test(id) || UUID_ID.test(id);

export const isSSTableFile = (name: string): boolean => parseComponentName(name) !== undefined;
