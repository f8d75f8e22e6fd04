import { describe, expect, it } from 'vitest';
import { textOf } from '../../../src/cql/token.js';
import { tokensOf } from '../../../src/cql/tokenizer.js';

const tokens = (text: string) => [...tokensOf(text)].map((token) => `${token.kind}: ${textOf(text, token)}`);

describe('the CQL tokenizer', () => {
  it.each([
    [
      'a string with a doubled quote and everything that is special elsewhere',
      `'it''s "; -- /* $$'`,
      'string',
    ],
    ['an empty string', `''`, 'string'],
    ['a string over several lines', `'one\r\ntwo'`, 'string'],
    ['a quoted name with a doubled quote', `"a"";'b -- c"`, 'quoted name'],
    ['a $$ body with quotes and semicolons', `$$ if (a == "b") { c = 'd'; } $$`, 'body'],
    ['an empty $$ body', '$$$$', 'body'],
    ['a word', 'CREATE_2', 'word'],
    ['a UUID that begins with a digit', '018ad550-b25d-09d0-7e90-ea5438411dc7', 'uuid'],
    ['a UUID that begins with a letter', 'fa8ad550-B25D-09d0-7e90-ea5438411dc7', 'uuid'],
    ['a blob', '0x76616c31', 'number'],
    ['a number with fraction and exponent', '1.5E-10', 'number'],
    ['a line comment with an apostrophe', "-- it's", 'comment'],
    ['a line comment in the other form', '// "', 'comment'],
    ['a block comment, which does not nest and may hold an apostrophe', "/* it's /* one */", 'comment'],
  ])('takes %s as one token', (_what, text, kind) => {
    expect(tokens(text)).toEqual([`${kind}: ${text}`]);
  });

  it('ends a line comment at either kind of line end', () => {
    expect(tokens('-- a\rb\n// c\r\nd')).toEqual(['comment: -- a', 'word: b', 'comment: // c', 'word: d']);
  });

  it('takes a lone $ as punctuation, so that unquoted stream-log columns do not open a body', () => {
    expect(tokens('cdc$time, cdc$ttl')).toEqual([
      'word: cdc',
      'punctuation: $',
      'word: time',
      'punctuation: ,',
      'word: cdc',
      'punctuation: $',
      'word: ttl',
    ]);
  });

  it('does not take a longer word for a UUID', () => {
    expect(tokens('018ad550-b25d-09d0-7e90-ea5438411dc7x').at(0)).toBe('number: 018');
  });

  it('passes over byte order marks and blanks', () => {
    expect(tokens('\uFEFF \t\r\n\uFEFFa')).toEqual(['word: a']);
  });

  it('tells where each token lies', () => {
    expect([...tokensOf(` a 'b'`)]).toEqual([
      { kind: 'word', start: 1, end: 2 },
      { kind: 'string', start: 3, end: 6 },
    ]);
  });
});
