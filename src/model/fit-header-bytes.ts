import { KnownError } from '../errors.js';

/**
 * Reads the fields of a serialization header one after another. Every method throws `damaged` when the bytes end before
 * the field does, and takes no memory for what is not there.
 */
export class HeaderBytes {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  /**
   * An unsigned number: as many leading one bits as the first byte has, so many bytes follow, the highest first
   * (Cassandra's utils/vint/VIntCoding.java). Above 2^53 it is not exact.
   */
  number(): number {
    const first = this.#take(1)[0] ?? 0;
    const more = Math.clz32(~(first << 24));
    let value = more >= 7 ? 0 : first & (0xff >> (more + 1));
    for (const byte of this.#take(more)) value = value * 256 + byte;
    return value;
  }

  /** UTF-8, with its length before it. Empty is no name and no type. */
  text(): string {
    const length = this.number();
    if (length === 0)
      throw new KnownError('damaged', `a name or type at byte ${this.#at} of its header is empty`);
    try {
      return UTF8.decode(this.#take(length));
    } catch (error) {
      if (error instanceof KnownError) throw error;
      throw new KnownError('damaged', `a name or type before byte ${this.#at} of its header is not UTF-8`, {
        cause: error,
      });
    }
  }

  /** As many as the number before them says. */
  list<T>(item: () => T): readonly T[] {
    const count = this.number();
    const items: T[] = [];
    while (items.length < count) items.push(item());
    return items;
  }

  expectEnd(): void {
    const left = this.bytes.length - this.#at;
    if (left > 0) throw new KnownError('damaged', `its header ends ${left} bytes before its place does`);
  }

  #take(length: number): Buffer {
    if (length > this.bytes.length - this.#at)
      throw new KnownError(
        'damaged',
        `at byte ${this.#at} of its header's ${this.bytes.length} a field would be ${length} long`,
      );
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
