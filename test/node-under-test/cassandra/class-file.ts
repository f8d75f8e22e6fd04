/** Bytes after the tag of each kind of constant whose size is fixed (Java Virtual Machine Specification, 4.4). */
const SIZE_BY_TAG: Readonly<Record<number, number>> = {
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 2,
  8: 2,
  9: 4,
  10: 4,
  11: 4,
  12: 4,
  15: 3,
  16: 2,
  17: 4,
  18: 4,
  19: 2,
  20: 2,
};
const UTF8 = 1;
const LONG = 5;
const DOUBLE = 6;
const CONSTANT_POOL = 10;

export interface TextEdit {
  readonly from: string;
  readonly to: string;
  /** `from` must be the whole constant, not a part of it. */
  readonly whole?: boolean;
}

/**
 * Replaces text in the string constants of a Java class file. Throws when an edit finds nothing: the class is then not
 * the one that the edits were written for.
 */
export function editConstants(classFile: Buffer, edits: readonly TextEdit[]): Buffer {
  const count = classFile.readUInt16BE(8);
  const parts = [classFile.subarray(0, CONSTANT_POOL)];
  const unused = new Set(edits);
  let position = CONSTANT_POOL;
  for (let index = 1; index < count; index++) {
    const tag = classFile.readUInt8(position);
    const end = position + constantSize(classFile, position, tag);
    const constant = classFile.subarray(position, end);
    parts.push(tag === UTF8 ? edited(constant, edits, unused) : constant);
    // Constants of eight bytes count twice.
    if (tag === LONG || tag === DOUBLE) index++;
    position = end;
  }
  const [forgotten] = unused;
  if (forgotten !== undefined) throw new Error(`the class file has no constant "${forgotten.from}"`);
  return Buffer.concat([...parts, classFile.subarray(position)]);
}

function constantSize(classFile: Buffer, position: number, tag: number): number {
  if (tag === UTF8) return 3 + classFile.readUInt16BE(position + 1);
  const size = SIZE_BY_TAG[tag];
  if (size === undefined) throw new Error(`unknown constant tag ${tag} at byte ${position} of a class file`);
  return 1 + size;
}

function edited(constant: Buffer, edits: readonly TextEdit[], unused: Set<TextEdit>): Buffer {
  let text = constant.toString('latin1', 3);
  for (const edit of edits) {
    if (edit.whole === true ? text !== edit.from : !text.includes(edit.from)) continue;
    text = text.replaceAll(edit.from, () => edit.to);
    unused.delete(edit);
  }
  const bytes = Buffer.from(text, 'latin1');
  const head = Buffer.from([UTF8, bytes.length >> 8, bytes.length & 0xff]);
  return Buffer.concat([head, bytes]);
}
