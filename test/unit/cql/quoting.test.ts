import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteName, quoteString, unquoteName } from '../../../src/cql/quoting.js';
import { tokensOf } from '../../../src/cql/tokenizer.js';

describe('quoting', () => {
  it.each([
    ['users', '"users"'],
    ['alternator_my-t', '"alternator_my-t"'],
    ['t!:lsi', '"t!:lsi"'],
    ['a"; DROP KEYSPACE b', '"a""; DROP KEYSPACE b"'],
  ])('quotes the name %s always, and doubles its quotes', (name, quoted) => {
    expect(quoteName(name)).toBe(quoted);
  });

  it('doubles the apostrophes of a string', () => {
    expect(quoteString("it's")).toBe("'it''s'");
  });

  it.each([
    ['"alternator_my-t"', 'alternator_my-t'],
    ['users', 'users'],
    ['"a""b"', 'a"b'],
    ['""""', '"'],
    ['Users', 'Users'],
    ['alternator_a.b', 'alternator_a.b'],
    ['', ''],
  ])('reads the maybe-quoted name %s of a DESC row', (written, name) => {
    expect(unquoteName(written)).toBe(name);
  });

  it.each(['"', '"a', 'a"', '"a"b"', '"""', 'ks."t"'])('refuses %s, whose quotes do not match', (written) => {
    expect(() => unquoteName(written)).toThrow(/is not a CQL name: its quotes do not match/);
  });

  it('gives every name back, and makes it one token', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '"', "'", '-', ';', ' ', '.') }), (name) => {
        const quoted = quoteName(name);
        expect(unquoteName(quoted)).toBe(name);
        expect([...tokensOf(quoted)]).toEqual([{ kind: 'quoted name', start: 0, end: quoted.length }]);
      }),
    );
  });

  it('makes every value one string token', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '"', "'", '-', ';', '$', '\n') }), (value) => {
        const quoted = quoteString(value);
        expect([...tokensOf(quoted)]).toEqual([{ kind: 'string', start: 0, end: quoted.length }]);
      }),
    );
  });
});
