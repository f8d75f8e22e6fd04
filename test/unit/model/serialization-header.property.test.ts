import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { readSerializationHeader } from '../../../src/model/serialization-header.js';
import {
  fileOf,
  headerBytes,
  recorded,
  statistics,
  vint,
  type HeaderParts,
} from '../../support/statistics-file.js';

const REAL = [
  'scylla-2025.1/statistics/orders',
  'scylla-2025.1/statistics/streamed-cdc-log',
  'cassandra-5.0.9/statistics/types',
].map(recorded);
const LONGEST_MS = 2000;

/** Reads the bytes, which may fail in one way only, and soon. */
async function survive(name: string, bytes: Buffer): Promise<void> {
  const started = performance.now();
  const file = fileOf(name, bytes);
  await readSerializationHeader(file).catch((error: unknown) => {
    expect(error).toBeInstanceOf(KnownError);
    expect(['damaged', 'refused']).toContain((error as KnownError).kind);
  });
  for (const { offset, length } of file.reads) expect(offset + length).toBeLessThanOrEqual(bytes.length);
  expect(performance.now() - started).toBeLessThan(LONGEST_MS);
}

/** Where the header and the table of parts are; damage elsewhere is not read. */
const interesting = (bytes: Buffer) =>
  fc.oneof(
    fc.nat(40),
    fc.nat(bytes.length - 1),
    fc.integer({ min: bytes.length - 400, max: bytes.length - 1 }),
  );

describe('The reader of serialization headers, whatever the damage', () => {
  it.each(REAL)('fails by its own error, or not at all, on a damaged $name', async ({ name, bytes }) => {
    const flips = fc.array(fc.tuple(interesting(bytes), fc.nat(255)), { minLength: 1, maxLength: 6 });
    const cut = fc.option(fc.nat(bytes.length));
    // `me` for all: without checksums the damage is read.
    const names = fc.constantFrom(name, 'me-1-big-Statistics.db');
    await fc.assert(
      fc.asyncProperty(flips, cut, names, async (changes, length, as) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        await survive(as, damaged.subarray(0, length ?? bytes.length));
      }),
      { numRuns: 1500 },
    );
  });

  it('fails by its own error, or not at all, on any bytes for a header', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom('(', ')', ',', '=>', ':', 'UTF8Type', 'MapType(', 'UserType(ks,61', 'CompositeType(')
        .map((mark) => Buffer.from(mark)),
      fc.nat(300).map(vint),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
        await survive('me-1-big-Statistics.db', statistics([[3, Buffer.concat(pieces)]]));
      }),
      { numRuns: 1500 },
    );
  });

  it('is not slowed down by megabytes of brackets or columns', async () => {
    const deep = 'ListType('.repeat(300_000);
    const wide = `MapType(${'UTF8Type,'.repeat(300_000)}UTF8Type)`;
    const regulars = Array.from(
      { length: 20_000 },
      (_, i) => [`c${i}`, 'MapType(UTF8Type,BytesType)'] as const,
    );
    for (const parts of [{ key: deep }, { key: wide }, { regulars }] satisfies HeaderParts[]) {
      const started = performance.now();
      const file = fileOf('me-1-big-Statistics.db', statistics([[3, headerBytes(parts)]]));
      await readSerializationHeader(file).catch((error: unknown) => {
        expect(error).toBeInstanceOf(KnownError);
      });
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });

  it('gives back what was written', async () => {
    const types = fc.constantFrom('UTF8Type', 'DecimalType', 'BytesType', 'MapType(UTF8Type,BytesType)');
    const cql: Readonly<Record<string, string>> = {
      UTF8Type: 'text',
      DecimalType: 'decimal',
      BytesType: 'blob',
      'MapType(UTF8Type,BytesType)': 'map<text, blob>',
    };
    const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
    const columns = fc.array(fc.tuple(names, types), { maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(
        types,
        fc.array(types),
        columns,
        columns,
        fc.boolean(),
        async (key, clustering, statics, regulars, checksums) => {
          const bytes = statistics([[3, headerBytes({ key, clustering, statics, regulars })]], checksums);
          const name = checksums ? 'nb-1-big-Statistics.db' : 'mc-1-big-Statistics.db';
          const spoken = (list: typeof statics) =>
            list.map(([column, type]) => ({ name: column, type: cql[type] }));
          expect(await readSerializationHeader(fileOf(name, bytes))).toEqual({
            partitionKey: [cql[key]],
            clustering: clustering.map((type) => cql[type]),
            staticColumns: spoken(statics),
            regularColumns: spoken(regulars),
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});
