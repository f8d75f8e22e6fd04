import { readFileSync, writeFileSync } from 'node:fs';

/** Changes one byte of a file in its place. */
export function flipByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  writeFileSync(path, bytes);
}
