import { quoteName } from '../cql/quoting.js';

/** A CQL type as a tree, however it was written: `map<text, blob>` or Java's `MapType(UTF8Type,BytesType)`. */
export interface TypeTree {
  /** `text`, `map`, `frozen`; a name that CQL must quote is quoted here; a Java class stands in single quotes. */
  readonly name: string;
  readonly parts: readonly TypeTree[];
}

/** Deeper types do not exist; a damaged text could be any number of opening brackets. */
export const DEEPEST_TYPE = 32;

/** Frozen, these are another type than not frozen; all others are always in one piece. */
const COLLECTIONS: ReadonlySet<string> = new Set(['list', 'set', 'map']);
const ALWAYS_FROZEN: ReadonlySet<string> = new Set(['tuple']);

/** One spelling for one type: `frozen` once, at the outermost place; tuples always frozen; one blank after commas. */
export function spellType(type: TypeTree): string {
  return spell(type, false);
}

/** `frozen`: whether it lies within something frozen, where the word says nothing new. */
function spell({ name, parts }: TypeTree, frozen: boolean): string {
  const [inner] = parts;
  if (name === 'frozen' && inner !== undefined) {
    // FrozenType(UTF8Type) is text; a user type has no parts, and is known by not being a native one.
    const matters = !frozen && canBeFrozen(inner);
    return matters ? `frozen<${spell(inner, true)}>` : spell(inner, frozen);
  }
  if (ALWAYS_FROZEN.has(name) && !frozen) return `frozen<${spell({ name, parts }, true)}>`;
  if (parts.length === 0) return name;
  const inPiece = frozen || !COLLECTIONS.has(name);
  return `${name}<${parts.map((part) => spell(part, inPiece)).join(', ')}>`;
}

const canBeFrozen = ({ name, parts }: TypeTree): boolean =>
  COLLECTIONS.has(name) || (parts.length === 0 && !NATIVE_TYPES.has(name));

/** Types that have no parts and belong to no keyspace. */
export const NATIVE_TYPES: ReadonlySet<string> = new Set(
  `ascii bigint blob boolean counter date decimal double duration empty float inet int smallint text time timestamp
   timeuuid tinyint uuid varint`.split(/\s+/),
);

/** The name of a user type as DESC writes it: quoted only where it must be. */
export const spellTypeName = (plain: string): string =>
  /^[a-z][a-z0-9_]*$/.test(plain) ? plain : quoteName(plain);
