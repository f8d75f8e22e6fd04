export const BLOCK = 1024 * 1024;

export interface BufferPool {
  /** At least this long. */
  take(length: number): Buffer;
  give(buffer: Buffer): void;
}

/** The same few buffers over and over: a new one for each block would have to wait for the garbage collector to be freed. */
export function bufferPool(): BufferPool {
  const free: Buffer[] = [];
  const size = BLOCK + 64 * 1024;
  return {
    take: (length) =>
      length < BLOCK / 8 ? Buffer.allocUnsafeSlow(length) : (free.pop() ?? Buffer.allocUnsafeSlow(size)),
    give(buffer) {
      if (buffer.byteLength === size) free.push(buffer);
    },
  };
}
