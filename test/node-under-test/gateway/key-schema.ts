import { assertFailed, validation } from './api-error.js';
import { objectOf, optionalList, optionalString, type Request } from './request-json.js';
import type { KeyType } from './typed-value.js';

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

export interface AskedKey {
  readonly hash: KeyAttribute;
  readonly range: KeyAttribute | undefined;
}

/** The AttributeDefinitions of a request, and which of them a key schema has named. */
export interface Definitions {
  typeOf(attribute: string): KeyType;
  readonly types: ReadonlyMap<string, KeyType>;
  /** Throws when an attribute was defined that no key schema named. */
  verifyAllUsed(): void;
}

export function definitionsOf(list: readonly unknown[] | undefined): Definitions {
  if (list === undefined) throw assertFailed('false'); // Scylla's own slip, recorded api 229
  const types = new Map<string, KeyType>();
  const used = new Set<string>();
  for (const entry of list) {
    const definition = objectOf(entry);
    const name = optionalString(definition, 'AttributeName') ?? '';
    const type = optionalString(definition, 'AttributeType') ?? '';
    if (types.has(name)) throw validation(`Duplicate AttributeName=${name} in AttributeDefinitions`);
    if (type !== 'S' && type !== 'B' && type !== 'N') {
      throw validation(`Invalid key type '${type}', can only be S, B or N.`);
    }
    types.set(name, type);
  }
  return {
    types,
    typeOf(attribute) {
      const type = types.get(attribute);
      if (type === undefined)
        throw validation(`KeySchema key '${attribute}' missing in AttributeDefinitions`);
      used.add(attribute);
      return type;
    },
    verifyAllUsed() {
      // Scylla prints a hash table here; few entries come in the reverse of the order they were put in (recorded api 631).
      const spurious = [...types.keys()].filter((name) => !used.has(name)).reverse();
      if (spurious.length === 0) return;
      const names = spurious.map((name) => JSON.stringify(name)).join(', ');
      throw validation(
        `AttributeDefinitions defines spurious attributes not used by any KeySchema: {${names}}`,
      );
    },
  };
}

/** The KeySchema of a table or an index. */
export function keySchemaOf(request: Request, definitions: Definitions): AskedKey {
  const list = optionalList(request, 'KeySchema');
  if (list === undefined) throw validation('Missing KeySchema member');
  if (list.length < 1 || list.length > 2)
    throw validation('KeySchema must list exactly one or two key columns');
  const [first, second] = list.map((entry) => {
    const element = objectOf(entry);
    return { name: optionalString(element, 'AttributeName') ?? '', role: optionalString(element, 'KeyType') };
  });
  if (first?.role !== 'HASH') throw validation('First key in KeySchema must be a HASH key');
  if (second !== undefined && second.role !== 'RANGE')
    throw validation('Second key in KeySchema must be a RANGE key');
  const attribute = ({ name }: { readonly name: string }): KeyAttribute => ({
    name,
    type: definitions.typeOf(name),
  });
  return { hash: attribute(first), range: second && attribute(second) };
}
