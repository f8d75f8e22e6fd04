/** The notation of the CQL binary protocol, version 4 (native_protocol_v4.spec, section 3). */

export const OPCODE = {
  error: 0x00,
  startup: 0x01,
  ready: 0x02,
  authenticate: 0x03,
  options: 0x05,
  supported: 0x06,
  query: 0x07,
  result: 0x08,
  prepare: 0x09,
  execute: 0x0a,
  register: 0x0b,
  authResponse: 0x0f,
  authSuccess: 0x10,
} as const;

export interface Frame {
  readonly version: number;
  readonly stream: number;
  readonly opcode: number;
  readonly body: Buffer;
}

const HEADER = 9;
/** The flag of a body that begins with warnings. */
const WARNING = 0x08;

/** Takes whole frames off the front of what came in; the rest waits for more. */
export function takeFrames(received: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let rest = received;
  while (rest.length >= HEADER) {
    const length = rest.readUInt32BE(5);
    if (rest.length < HEADER + length) break;
    frames.push({
      version: rest.readUInt8(0) & 0x7f,
      stream: rest.readInt16BE(2),
      opcode: rest.readUInt8(4),
      body: rest.subarray(HEADER, HEADER + length),
    });
    rest = rest.subarray(HEADER + length);
  }
  return { frames, rest };
}

/** A frame of the server's. */
export function frame(
  stream: number,
  opcode: number,
  body: Buffer,
  warnings: readonly string[] = [],
): Buffer {
  const whole =
    warnings.length === 0
      ? body
      : Buffer.concat([short(warnings.length), ...warnings.map((text) => string(text)), body]);
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(0x84, 0);
  header.writeUInt8(warnings.length === 0 ? 0 : WARNING, 1);
  header.writeInt16BE(stream, 2);
  header.writeUInt8(opcode, 4);
  header.writeUInt32BE(whole.length, 5);
  return Buffer.concat([header, whole]);
}

export function short(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}

export function int(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

export function string(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([short(bytes.length), bytes]);
}

/** A value; null is a length below zero. */
export const bytes = (value: Buffer | null): Buffer =>
  value === null ? int(-1) : Buffer.concat([int(value.length), value]);

/** Reads one thing after the other. */
export class Reader {
  #at = 0;

  constructor(private readonly buffer: Buffer) {}

  byte(): number {
    this.#at += 1;
    return this.buffer.readUInt8(this.#at - 1);
  }

  short(): number {
    this.#at += 2;
    return this.buffer.readUInt16BE(this.#at - 2);
  }

  longString(): string {
    return this.#take(this.#int()).toString('utf8');
  }

  shortBytes(): Buffer {
    return this.#take(this.short());
  }

  bytes(): Buffer {
    return this.#take(Math.max(this.#int(), 0));
  }

  #int(): number {
    this.#at += 4;
    return this.buffer.readInt32BE(this.#at - 4);
  }

  #take(length: number): Buffer {
    this.#at += length;
    return this.buffer.subarray(this.#at - length, this.#at);
  }
}
