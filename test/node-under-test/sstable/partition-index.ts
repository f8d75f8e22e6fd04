/**
 * Whether Index.db has more than one entry. An entry is a key (two bytes of length first), the position in Data.db and the
 * length of what follows it, both as unsigned vints.
 */
export function hasSeveralPartitions(index: Buffer): boolean {
  if (index.length < 2) return false;
  const afterKey = 2 + index.readUInt16BE(0);
  const position = readVint(index, afterKey);
  if (position === undefined) return false;
  const promoted = readVint(index, position.end);
  return promoted !== undefined && promoted.end + promoted.value < index.length;
}

/** The number of leading one bits of the first byte is the number of bytes that follow it. */
function readVint(
  bytes: Buffer,
  start: number,
): { readonly value: number; readonly end: number } | undefined {
  if (start >= bytes.length) return undefined;
  const first = bytes.readUInt8(start);
  const extra = Math.clz32(~(first << 24));
  if (extra === 0) return { value: first, end: start + 1 };
  if (extra > 6 || start + extra >= bytes.length) return undefined;
  const rest = bytes.readUIntBE(start + 1, extra);
  return { value: (first & (0xff >> (extra + 1))) * 2 ** (8 * extra) + rest, end: start + 1 + extra };
}
