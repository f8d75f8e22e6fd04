import { describe, expect, it } from 'vitest';
import { normalType } from '../../../src/model/fit-cql-type.js';
import { keyTypesOfClass, typeOfClass } from '../../../src/model/fit-marshal-type.js';

const P = 'org.apache.cassandra.db.marshal.';

describe('A Java class name', () => {
  it.each([
    ['UTF8Type', 'text'],
    [`${P}DecimalType`, 'decimal'],
    ['DateType', 'timestamp'],
    ['SimpleDateType', 'date'],
    [`${P}MapType(${P}UTF8Type,${P}BytesType)`, 'map<text, blob>'],
    ['MapType(UTF8Type,BytesType)', 'map<text, blob>'],
    ['FrozenType(MapType(UTF8Type,FrozenType(ListType(Int32Type))))', 'frozen<map<text, list<int>>>'],
    ['ListType(FrozenType(SetType(Int32Type)))', 'list<frozen<set<int>>>'],
    ['TupleType(Int32Type,UTF8Type)', 'frozen<tuple<int, text>>'],
    ['FrozenType(TupleType(Int32Type))', 'frozen<tuple<int>>'],
    ['SetType(TupleType(Int32Type))', 'set<frozen<tuple<int>>>'],
    ['FrozenType(UTF8Type)', 'text'],
    ['ReversedType(TimeUUIDType)', 'timeuuid'],
    [`${P}VectorType(${P}FloatType , 3)`, 'vector<float, 3>'],
    ['UserType(ks,61646472657373,6e616d65:UTF8Type)', 'address'],
    ['FrozenType(UserType(ks,426967204f6e65,78:Int32Type,79:ListType(UTF8Type)))', 'frozen<"Big One">'],
    [`${P}LexicalUUIDType`, "'LexicalUUIDType'"],
    ['com.example.MyType', "'com.example.MyType'"],
    [
      `${P}DynamicCompositeType(b=>${P}BytesType, i=>Int32Type)`,
      "'DynamicCompositeType(b=>BytesType,i=>Int32Type)'",
    ],
  ])('is told in CQL: %s', (written, cql) => {
    expect(typeOfClass(written)).toBe(cql);
    expect(normalType(cql)).toBe(cql);
    expect(normalType(`'${written}'`)).toBe(cql);
  });

  it('of a composite key is told part by part, of any other key as one', () => {
    expect(
      keyTypesOfClass(`${P}CompositeType(${P}UTF8Type,${P}FrozenType(${P}ListType(${P}Int32Type)))`),
    ).toEqual(['text', 'frozen<list<int>>']);
    expect(keyTypesOfClass('CompositeType(UTF8Type)')).toEqual(['text']);
    expect(keyTypesOfClass('BytesType')).toEqual(['blob']);
    expect(keyTypesOfClass('MyCompositeType(UTF8Type)')).toEqual(["'MyCompositeType(UTF8Type)'"]);
  });

  it.each([
    '',
    ' ',
    'UTF8Type)',
    'MapType(',
    'MapType(UTF8Type',
    'MapType(,)',
    'A B',
    'UserType(ks,zz)',
    'UserType',
    'é',
  ])('is not guessed: %j', (written) => {
    expect(() => typeOfClass(written)).toThrow('is not the name of a type');
  });
});

describe('A CQL type', () => {
  it.each([
    ['Text', 'text'],
    ['varchar', 'text'],
    ['map<varchar,blob>', 'map<text, blob>'],
    ['MAP < text , /* x */ blob >', 'map<text, blob>'],
    ['list<frozen<map<text,frozen<list<int>>>>>', 'list<frozen<map<text, list<int>>>>'],
    ['frozen<list<frozen<tuple<int, text>>>>', 'frozen<list<tuple<int, text>>>'],
    ['tuple<int,text>', 'frozen<tuple<int, text>>'],
    ['frozen<text>', 'text'],
    ['frozen<frozen<set<int>>>', 'frozen<set<int>>'],
    ['vector<float,3>', 'vector<float, 3>'],
    ['vector<frozen<list<int>>, 2>', 'vector<list<int>, 2>'],
    ['frozen<ks."My Type">', 'frozen<"My Type">'],
    ['"address"', 'address'],
    ['a"b'.replace('"', '_'), 'a_b'],
    ['"a""b"', '"a""b"'],
  ])('has one spelling: %s', (written, normal) => {
    expect(normalType(written)).toBe(normal);
    expect(normalType(normal)).toBe(normal);
  });

  it('tells a frozen collection from one that is not', () => {
    expect(normalType('frozen<map<text, blob>>')).not.toBe(normalType('map<text, blob>'));
    expect(normalType('frozen<address>')).not.toBe(normalType('address'));
  });

  it.each([
    '',
    '3',
    'map<',
    'map<text',
    'map<text,>',
    'map text',
    'text>',
    '<text>',
    'a.',
    "'Map('",
    `${'list<'.repeat(50)}int${'>'.repeat(50)}`,
  ])('is not guessed: %j', (written) => {
    expect(() => normalType(written)).toThrow(/is not (a CQL type|the name of a type)/);
  });
});
