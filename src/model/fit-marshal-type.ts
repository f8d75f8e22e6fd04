import { KnownError } from '../errors.js';
import { DEEPEST_TYPE, spellType, spellTypeName, type TypeTree } from './fit-type.js';

const PACKAGE = 'org.apache.cassandra.db.marshal.';

/** Java's names of what CQL calls otherwise (cql3/CQL3Type.java; `DateType` is the old spelling of a timestamp). */
const CQL_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    AsciiType: 'ascii',
    BooleanType: 'boolean',
    BytesType: 'blob',
    ByteType: 'tinyint',
    CounterColumnType: 'counter',
    DateType: 'timestamp',
    DecimalType: 'decimal',
    DoubleType: 'double',
    DurationType: 'duration',
    EmptyType: 'empty',
    FloatType: 'float',
    FrozenType: 'frozen',
    InetAddressType: 'inet',
    Int32Type: 'int',
    IntegerType: 'varint',
    ListType: 'list',
    LongType: 'bigint',
    MapType: 'map',
    SetType: 'set',
    ShortType: 'smallint',
    SimpleDateType: 'date',
    TimestampType: 'timestamp',
    TimeType: 'time',
    TimeUUIDType: 'timeuuid',
    TupleType: 'tuple',
    UTF8Type: 'text',
    UUIDType: 'uuid',
    VectorType: 'vector',
  }),
);

/**
 * The CQL type behind a Java class name, with or without its package. The order of a `ReversedType` is dropped: the type
 * inside is what is told. A user type is known by its name alone. A class that CQL has no word for stays as it is, in
 * the quotes that CQL gives it, without its package. Throws `damaged` for what is not a class name.
 */
export function typeOfClass(written: string): string {
  return spellType(treeOfClass(written));
}

/** The types of a partition key's columns: the parts of a `CompositeType`, else the one type. Throws as `typeOfClass`. */
export function keyTypesOfClass(written: string): readonly string[] {
  return new ClassReader(written).key().map(spellType);
}

export function treeOfClass(written: string): TypeTree {
  return new ClassReader(written).only();
}

/** Reads `Name(part,part)` from left to right (db/marshal/TypeParser.java). */
class ClassReader {
  #at = 0;

  constructor(private readonly text: string) {}

  only(): TypeTree {
    this.#skipBlanks();
    const tree = this.#type(0);
    if (this.#at < this.text.length) throw this.#damaged();
    return tree;
  }

  key(): readonly TypeTree[] {
    this.#skipBlanks();
    if (this.#className() !== 'CompositeType') {
      this.#at = 0;
      return [this.only()];
    }
    const parts = this.#parts(0);
    if (parts.length === 0 || this.#at < this.text.length) throw this.#damaged();
    return parts;
  }

  #type(depth: number): TypeTree {
    if (depth > DEEPEST_TYPE) throw this.#damaged();
    const start = this.#at;
    const name = this.#className();
    // The length of a vector: VectorType(FloatType , 3).
    if (depth > 0 && /^\d+$/.test(name)) return { name, parts: [] };
    if (name === 'UserType') return this.#userType(depth);
    const parts = this.text[this.#at] === '(' ? this.#parts(depth) : [];
    const [inner] = parts;
    if (name === 'ReversedType' && inner !== undefined) return inner;
    const known = CQL_NAMES.get(name);
    if (known !== undefined) return { name: known, parts };
    const raw = this.text
      .slice(start, this.#at)
      .replaceAll(PACKAGE, '')
      .replaceAll(/[ \t\r\n]/g, '');
    return { name: `'${raw}'`, parts: [] };
  }

  #parts(depth: number): readonly TypeTree[] {
    const parts: TypeTree[] = [];
    this.#expect('(');
    if (this.#takes(')')) return parts;
    do {
      // DynamicCompositeType names its parts: `b=>BytesType`.
      const start = this.#at;
      this.#word();
      if (!this.#takes('=>')) this.#at = start;
      parts.push(this.#type(depth + 1));
    } while (this.#takes(','));
    this.#expect(')');
    return parts;
  }

  /** `UserType(keyspace,name,field:type,…)`, name and fields in hexadecimal. The fields are read and left out. */
  #userType(depth: number): TypeTree {
    this.#expect('(');
    this.#word();
    this.#expect(',');
    const name = this.#word();
    if (!/^(?:[0-9a-f]{2})+$/i.test(name)) throw this.#damaged();
    while (this.#takes(',')) {
      this.#word();
      this.#expect(':');
      this.#type(depth + 1);
    }
    this.#expect(')');
    return { name: spellTypeName(Buffer.from(name, 'hex').toString('utf8')), parts: [] };
  }

  #className(): string {
    const word = this.#word();
    return word.startsWith(PACKAGE) ? word.slice(PACKAGE.length) : word;
  }

  #word(): string {
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.text)?.[0];
    if (word === undefined) throw this.#damaged();
    this.#at += word.length;
    this.#skipBlanks();
    return word;
  }

  #takes(mark: string): boolean {
    if (!this.text.startsWith(mark, this.#at)) return false;
    this.#at += mark.length;
    this.#skipBlanks();
    return true;
  }

  #expect(mark: string): void {
    if (!this.#takes(mark)) throw this.#damaged();
  }

  #skipBlanks(): void {
    BLANKS.lastIndex = this.#at;
    this.#at += BLANKS.exec(this.text)?.[0].length ?? 0;
  }

  #damaged(): KnownError {
    return new KnownError('damaged', `${JSON.stringify(this.text.slice(0, 200))} is not the name of a type.`);
  }
}

/** What a class name may consist of. */
const WORD = /[A-Za-z0-9_.&+-]+/y;
const BLANKS = /[ \t\n\r]*/y;
