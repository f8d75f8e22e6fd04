import { describe, expect, it } from 'vitest';
import { NameMap, qualifiedName } from '../../../src/cql/qualified-name.js';

describe('a qualified name', () => {
  it.each([
    ['ks.t', 'ks', 't'],
    ['ks."my-t"', 'ks', 'my-t'],
    ['"alternator_a.b"."a.b"', 'alternator_a.b', 'a.b'],
    ['"a"".b"."c"', 'a".b', 'c'],
    ['ks . t', 'ks', 't'],
    ['"a.b"', undefined, 'a.b'],
    ['t', undefined, 't'],
    ['alternator_a.b.a.b', 'alternator_a', 'b.a.b'],
  ])('%s has the parts %s and %s', (written, keyspace, name) => {
    expect(qualifiedName(written)).toEqual({ keyspace, name });
  });

  it.each(['"a', '"a".b"', 'a".b'])('%s is refused, for its quotes do not match', (written) => {
    expect(() => qualifiedName(written)).toThrow(/is not a CQL name|is never closed/);
  });
});

describe('a map of names', () => {
  const map = new NameMap<number>();
  map.add({ keyspace: 'a', name: 't' }, 1);
  map.add({ keyspace: 'b', name: 't' }, 2);
  map.add({ keyspace: undefined, name: 'u' }, 3);

  it('tells the same table of two keyspaces apart', () => {
    expect(map.find({ keyspace: 'b', name: 't' })).toEqual([2]);
    expect(map.has({ keyspace: 'c', name: 't' })).toBe(false);
  });

  it('takes a missing keyspace for any', () => {
    expect(map.find({ keyspace: undefined, name: 't' })).toEqual([1, 2]);
    expect(map.find({ keyspace: 'c', name: 'u' })).toEqual([3]);
  });
});
