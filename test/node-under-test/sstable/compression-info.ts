export interface CompressionInfo {
  /** Where each compressed chunk begins in Data.db. */
  readonly offsets: readonly number[];
}

/** Versions from `na` on also hold the greatest length of a compressed chunk. */
const hasGreatestLength = (version: string) => version >= 'na';
/** Chunks that do not shrink grow a little: a larger offset than this cannot be meant. */
const greatestOffset = (dataLength: number) => 2 * dataLength + 65_536;

/**
 * Reads CompressionInfo.db: the name of the compressor, its options, the chunk length, the length of the data, and the
 * offsets. Undefined when the bytes cannot be that.
 */
export function parseCompressionInfo(bytes: Buffer, version: string): CompressionInfo | undefined {
  try {
    const { dataLength, offsets } = read(bytes, version);
    const isInOrder = offsets.every((offset, chunk) =>
      chunk === 0 ? offset === 0 : offset > (offsets[chunk - 1] ?? 0),
    );
    return isInOrder && (offsets.at(-1) ?? 0) <= greatestOffset(dataLength) ? { offsets } : undefined;
  } catch (error) {
    // The bytes end before what they announce.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function read(
  bytes: Buffer,
  version: string,
): { readonly dataLength: number; readonly offsets: readonly number[] } {
  let position = 0;
  const skipText = () => {
    position += 2 + bytes.readUInt16BE(position);
  };
  skipText();
  const options = bytes.readInt32BE(position);
  position += 4;
  for (let text = 0; text < 2 * options; text++) skipText();
  position += hasGreatestLength(version) ? 8 : 4;
  const dataLength = Number(bytes.readBigInt64BE(position));
  const count = bytes.readInt32BE(position + 8);
  position += 12;
  if (bytes.length - position !== 8 * count) throw new RangeError('as many offsets as announced');
  const offsets = Array.from({ length: count }, (_, chunk) =>
    Number(bytes.readBigInt64BE(position + 8 * chunk)),
  );
  return { dataLength, offsets };
}
