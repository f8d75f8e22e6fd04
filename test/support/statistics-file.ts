import { crc32 } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { StatisticsFile } from '../../src/model/serialization-header.js';

const FIXTURES = resolve(import.meta.dirname, '../fixtures');

/** `scylla-2025.1/statistics/orders` → its folder. */
export const fixture = (folder: string): string => join(FIXTURES, folder);

/** The Statistics.db of a folder of fixtures, as bytes. */
export function recorded(folder: string): { readonly name: string; readonly bytes: Buffer } {
  const name = readdirSync(fixture(folder)).find((file) => file.endsWith('Statistics.db'));
  if (name === undefined) throw new Error(`no Statistics.db in ${folder}`);
  return { name, bytes: readFileSync(join(fixture(folder), name)) };
}

export interface Reads {
  readonly offset: number;
  readonly length: number;
}

/** Bytes as a file that notes what is read of it. */
export function fileOf(
  name: string,
  bytes: Buffer,
  size = bytes.length,
): StatisticsFile & { readonly reads: Reads[] } {
  const reads: Reads[] = [];
  return {
    name,
    size,
    reads,
    readAt: async (offset, length) => {
      reads.push({ offset, length });
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** As VIntCoding.java writes it. */
export function vint(value: number): Buffer {
  let more = 0;
  while (more < 6 && value >= 2 ** (7 * (more + 1))) more += 1;
  const bytes = Array.from({ length: more + 1 }, (_, i) => Math.floor(value / 256 ** (more - i)) % 256);
  bytes[0] = (bytes[0] ?? 0) | (0xff & ~(0xff >> more));
  return Buffer.from(bytes);
}

export const text = (value: string): Buffer =>
  Buffer.concat([vint(Buffer.byteLength(value)), Buffer.from(value)]);

export interface HeaderParts {
  readonly key?: string;
  readonly clustering?: readonly string[];
  readonly statics?: readonly (readonly [string, string])[];
  readonly regulars?: readonly (readonly [string, string])[];
}

/** A header of these Java types; the times before them are any numbers. */
export function headerBytes({
  key = 'UTF8Type',
  clustering = [],
  statics = [],
  regulars = [],
}: HeaderParts): Buffer {
  const columns = (list: readonly (readonly [string, string])[]) => [
    vint(list.length),
    ...list.flatMap(([name, type]) => [text(name), text(type)]),
  ];
  return Buffer.concat([
    Buffer.from('ff7fffffffffffffff', 'hex'),
    vint(1_000_000),
    vint(0),
    text(key),
    vint(clustering.length),
    ...clustering.map(text),
    ...columns(statics),
    ...columns(regulars),
  ]);
}

/** A whole Statistics.db of these parts, in this order; with the checksums of Cassandra 4 and later, or without. */
export function statistics(
  parts: readonly (readonly [kind: number, bytes: Buffer])[],
  checksums = false,
): Buffer {
  const u32 = (value: number) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
  const count = u32(parts.length);
  let offset = 4 + parts.length * 8 + (checksums ? 8 : 0);
  const entries: Buffer[] = [];
  const bodies: Buffer[] = [];
  for (const [kind, bytes] of parts) {
    entries.push(u32(kind), u32(offset));
    const body = checksums ? Buffer.concat([bytes, u32(crc32(bytes))]) : bytes;
    bodies.push(body);
    offset += body.length;
  }
  const table = Buffer.concat(entries);
  const sum = (...bytes: Buffer[]) => (checksums ? u32(crc32(Buffer.concat(bytes))) : Buffer.alloc(0));
  return Buffer.concat([count, sum(count), table, sum(count, table), ...bodies]);
}
