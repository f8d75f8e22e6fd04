import type { KnownTable } from './gateway/known-tables.js';
import { storageKeyspace, storageName, storageView } from './storage-names.js';

const PREFIX = 'alternator_';

/**
 * Between the names that operators use and those under which Cassandra stores (storage-names.ts). A hash cannot be turned
 * back, so every name that was met is remembered: a dropped table still has its snapshots.
 */
export class StoredNames {
  private readonly shown = new Map<string, string>();

  constructor(private readonly knownTables: () => readonly KnownTable[]) {}

  keyspace(shown: string): string {
    if (!shown.startsWith(PREFIX)) return shown;
    return this.remember(storageKeyspace(shown.slice(PREFIX.length)), shown);
  }

  /** `T`, `T:index` and `T!:index` in keyspace `alternator_T`; anything else is stored under its own name. */
  table(shownKeyspace: string, shown: string): string {
    const base = shownKeyspace.startsWith(PREFIX) ? shownKeyspace.slice(PREFIX.length) : undefined;
    if (base === undefined) return shown;
    if (shown === base) return this.remember(storageName(base), shown);
    for (const [separator, kind] of SEPARATORS) {
      const before = base + separator;
      if (shown.startsWith(before))
        return this.remember(storageView(base, shown.slice(before.length), kind), shown);
    }
    return shown;
  }

  shownKeyspace(stored: string): string {
    return this.shownName(stored);
  }

  /** Stored names of tables hold their keyspace's hash when they are not plain, so they need no keyspace to be told apart. */
  shownTable(stored: string): string {
    return this.shownName(stored);
  }

  private shownName(stored: string): string {
    // Only names that were not taken as they are have a colon in front of a hash.
    if (!/:[0-9a-f]{32}/.test(stored)) return stored;
    if (!this.shown.has(stored)) this.rememberKnownTables();
    return this.shown.get(stored) ?? stored;
  }

  private rememberKnownTables(): void {
    for (const { name, indexes } of this.knownTables()) {
      const keyspace = PREFIX + name;
      this.keyspace(keyspace);
      this.table(keyspace, name);
      for (const index of indexes)
        this.table(keyspace, `${name}${index.kind === 'global' ? ':' : '!:'}${index.name}`);
    }
  }

  private remember(stored: string, shown: string): string {
    this.shown.set(stored, shown);
    return stored;
  }
}

const SEPARATORS = [
  ['!:', 'local'],
  [':', 'global'],
] as const;
