import { describe, expect, it } from 'vitest';
import { editConstants } from '../../node-under-test/cassandra/class-file.js';

/** A class file up to the end of its constants: texts, a long (which counts twice) and an int. */
function classFile(texts: readonly string[]): Buffer {
  const text = (value: string) =>
    Buffer.concat([Buffer.from([1, 0, value.length]), Buffer.from(value, 'latin1')]);
  const long = Buffer.from([5, 0, 0, 0, 0, 0, 0, 0, 1]);
  const int = Buffer.from([3, 0, 0, 0, 2]);
  const head = Buffer.alloc(10);
  head.writeUInt32BE(0xcafebabe);
  // Two for the long, one for the int, and the count is one more than there are.
  head.writeUInt16BE(texts.length + 4, 8);
  return Buffer.concat([head, long, ...texts.map(text), int, Buffer.from('code')]);
}

describe('the edited class file', () => {
  it('has the new text and its length, and everything else as before', () => {
    const edited = editConstants(classFile(['(?<table>\\w+)', 'other']), [{ from: '\\w+', to: '[\\w:]+' }]);
    expect(edited).toEqual(classFile(['(?<table>[\\w:]+)', 'other']));
  });

  it('leaves longer texts alone when the whole constant is meant', () => {
    const edited = editConstants(classFile(['\\w+', 'a\\w+']), [{ from: '\\w+', to: 'x', whole: true }]);
    expect(edited).toEqual(classFile(['x', 'a\\w+']));
  });

  it('is refused when the text is not there: it is another version of the class', () => {
    expect(() => editConstants(classFile(['a']), [{ from: 'b', to: 'c' }])).toThrow('no constant "b"');
  });
});
