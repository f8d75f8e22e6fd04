import { unquoteName } from './quoting.js';
import { tokenAt } from './tokenizer.js';

export interface QualifiedName {
  /** Undefined when the name stands alone, as in scripts that begin with USE. */
  readonly keyspace: string | undefined;
  readonly name: string;
}

/**
 * The plain parts of a name as it is written in a statement: `ks."my-t"` → ks, my-t. Only the first dot outside quotes
 * parts it, for an unquoted Alternator name may hold more. Throws `damaged` when its quotes do not match.
 */
export function qualifiedName(written: string): QualifiedName {
  const dot = written.indexOf('.', written.startsWith('"') ? tokenAt(written, 0).end : 0);
  if (dot === -1) return { keyspace: undefined, name: unquoteName(written) };
  return {
    keyspace: unquoteName(written.slice(0, dot).trimEnd()),
    name: unquoteName(written.slice(dot + 1).trimStart()),
  };
}

/** Things by their names, found in constant time. A missing keyspace, here or in the question, may be any. */
export class NameMap<T> {
  readonly #things = new Map<string, { readonly keyspace: string | undefined; readonly thing: T }[]>();

  add({ keyspace, name }: QualifiedName, thing: T): void {
    const known = this.#things.get(name);
    if (known === undefined) this.#things.set(name, [{ keyspace, thing }]);
    else known.push({ keyspace, thing });
  }

  /** Everything that the name can mean. */
  find({ keyspace, name }: QualifiedName): readonly T[] {
    const known = this.#things.get(name) ?? [];
    return known
      .filter((one) => keyspace === undefined || one.keyspace === undefined || one.keyspace === keyspace)
      .map(({ thing }) => thing);
  }

  has(name: QualifiedName): boolean {
    return this.find(name).length > 0;
  }
}
