import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { normalType } from '../../../src/model/fit-cql-type.js';
import { readSerializationHeader } from '../../../src/model/serialization-header.js';
import type { Column } from '../../../src/model/table-record.js';
import { fileOf, fixture, headerBytes, recorded, statistics } from '../../support/statistics-file.js';

const ATTRS = { name: ':attrs', type: 'map<text, blob>' };
const PACKAGE = 'org.apache.cassandra.db.marshal.';

const read = (name: string, bytes: Buffer) => readSerializationHeader(fileOf(name, bytes));
const readFixture = (folder: string) => {
  const { name, bytes } = recorded(folder);
  return read(name, bytes);
};
const columnsOf = (folder: string): readonly Column[] =>
  JSON.parse(readFileSync(join(fixture(folder), 'columns.json'), 'utf8')) as Column[];

describe('The serialization header of a real SSTable', () => {
  it('of Scylla 2025.1 names the key types and the columns, the key of a local index among them', async () => {
    expect(await readFixture('scylla-2025.1/statistics/orders')).toEqual({
      partitionKey: ['text'],
      clustering: ['decimal'],
      staticColumns: [],
      regularColumns: [ATTRS, { name: 'status', type: 'text' }],
    });
  });

  it('of an index view shows the keys of the view', async () => {
    expect(await readFixture('scylla-2025.1/statistics/orders-gsi-by-customer')).toMatchObject({
      partitionKey: ['text'],
      clustering: ['decimal', 'text'],
    });
    expect(await readFixture('scylla-2025.1/statistics/orders-lsi-by-status')).toMatchObject({
      clustering: ['text', 'decimal'],
      regularColumns: [ATTRS],
    });
  });

  it('of a stream log has frozen collections, and its lengths take two bytes', async () => {
    const header = await readFixture('scylla-2025.1/statistics/streamed-cdc-log');
    expect(header.partitionKey).toEqual(['blob']);
    expect(header.clustering).toEqual(['timeuuid', 'int']);
    expect(header.regularColumns).toContainEqual({ name: ':attrs', type: 'frozen<map<text, blob>>' });
    expect(header.regularColumns).toContainEqual({
      name: 'cdc$deleted_elements_:attrs',
      type: 'frozen<set<text>>',
    });
    expect(header.regularColumns).toHaveLength(7);
  });

  it('of Cassandra lists only the columns that a row had', async () => {
    expect(await readFixture('cassandra-5.0.9/statistics/orders')).toEqual({
      partitionKey: ['text'],
      clustering: ['decimal'],
      staticColumns: [],
      regularColumns: [ATTRS],
    });
    expect(columnsOf('cassandra-5.0.9/statistics/orders').map(({ name }) => name)).toContain('status');
  });

  it('of Cassandra tells every type as system_schema.columns does', async () => {
    const header = await readFixture('cassandra-5.0.9/statistics/types');
    const saved = columnsOf('cassandra-5.0.9/statistics/types');
    const ofKind = (kind: string) =>
      saved
        .filter((column) => column.kind === kind)
        .toSorted((a, b) => a.position - b.position)
        .map(({ name, type }) => ({ name, type: normalType(type) }));
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

    expect(header.partitionKey).toEqual(ofKind('partition_key').map(({ type }) => type));
    expect(header.clustering).toEqual(ofKind('clustering').map(({ type }) => type));
    expect(header.staticColumns.toSorted(byName)).toEqual(ofKind('static').toSorted(byName));
    expect(header.regularColumns.toSorted(byName)).toEqual(ofKind('regular').toSorted(byName));
    expect((await readFixture('cassandra-5.0.9/statistics/counts')).regularColumns).toEqual([
      { name: 'n', type: 'counter' },
    ]);
  });

  it('is read without the rest of the file', async () => {
    const { name, bytes } = recorded('scylla-2025.1/statistics/orders');
    const file = fileOf(name, bytes);
    await readSerializationHeader(file);
    expect(file.reads.map(({ offset }) => offset)).toEqual([0, 4, 4542]);
    expect(file.reads.reduce((sum, { length }) => sum + length, 0)).toBe(4 + 32 + 280);
  });
});

const HEADER = headerBytes({
  key: `CompositeType(${PACKAGE}UTF8Type,Int32Type)`,
  clustering: [`${PACKAGE}ReversedType(${PACKAGE}TimestampType)`, 'LexicalUUIDType'],
  statics: [['s', 'FrozenType(ListType(UTF8Type))']],
  regulars: [[':attrs', `MapType(UTF8Type,${PACKAGE}BytesType)`]],
});
const OTHER = Buffer.alloc(40, 7);

describe('A serialization header', () => {
  it.each(['mc', 'md', 'me', 'ms', 'mt'])('is read in format %s, its part anywhere', async (format) => {
    const wanted = {
      partitionKey: ['text', 'int'],
      clustering: ['timestamp', "'LexicalUUIDType'"],
      staticColumns: [{ name: 's', type: 'frozen<list<text>>' }],
      regularColumns: [ATTRS],
    };
    for (const parts of [
      [[3, HEADER]],
      [
        [3, HEADER],
        [0, OTHER],
        [2, OTHER],
      ],
      [
        [2, OTHER],
        [0, OTHER],
        [3, HEADER],
      ],
    ] as const) {
      expect(await read(`${format}-1-big-Statistics.db`, statistics(parts))).toEqual(wanted);
    }
  });

  it('is read with checksums, each of which is checked', async () => {
    const bytes = statistics(
      [
        [0, OTHER],
        [3, HEADER],
        [2, OTHER],
      ],
      true,
    );
    expect((await read('nb-1-big-Statistics.db', bytes)).partitionKey).toEqual(['text', 'int']);
    for (const at of [4, 8 + 7, 8 + 24, bytes.indexOf(':attrs') + 1]) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      await expect(read('nb-1-big-Statistics.db', flipped)).rejects.toMatchObject({ kind: 'damaged' });
    }
  });

  it('is damaged where there is no room for its checksum', async () => {
    const bytes = statistics([[3, HEADER]], true);
    const cut = bytes.subarray(0, 20 + 3);
    await expect(read('nb-1-big-Statistics.db', cut)).rejects.toMatchObject({
      message: 'nb-1-big-Statistics.db is damaged: its serialization header has no checksum.',
    });
  });

  it('is not guessed when it is none', async () => {
    const whole = statistics([[3, HEADER]]);
    const table = (...words: number[]) => {
      const bytes = Buffer.alloc(64);
      words.forEach((word, i) => bytes.writeUInt32BE(word, i * 4));
      return bytes;
    };
    const damage: readonly (readonly [Buffer, string])[] = [
      [Buffer.alloc(0), 'it ends at byte 0'],
      [Buffer.alloc(3), 'it ends at byte 3'],
      [table(0), 'it would have 0 parts'],
      [table(0xffffffff), 'it would have 4294967295 parts'],
      [table(9), 'it ends at byte 64'],
      [table(1, 2, 12), 'it has no serialization header'],
      [table(2, 3, 20, 3, 30), 'it has two serialization headers'],
      [table(1, 3, 11), 'its serialization header would begin at byte 11 of 64'],
      [table(1, 3, 64), 'its serialization header would begin at byte 64 of 64'],
      [table(1, 3, 60), 'a name or type at byte 4 of its header is empty'],
      [whole.subarray(0, -1), "at byte 231 of its header's 289 a field would be 59 long"],
      [Buffer.concat([whole, Buffer.from('x')]), 'its header ends 1 bytes before its place does'],
      [statistics([[3, headerBytes({ key: 'Map(' })]]), '"Map(" is not the name of a type'],
      [
        statistics([[3, headerBytes({ key: 'CompositeType()' })]]),
        '"CompositeType()" is not the name of a type',
      ],
    ];
    const found = damage.map(async ([bytes]) => {
      const error = await read('me-1-big-Statistics.db', bytes).then(String, (thrown: unknown) => thrown);
      return error instanceof KnownError ? [error.kind, error.message] : error;
    });
    expect(await Promise.all(found)).toEqual(
      damage.map(([, what]) => ['damaged', `me-1-big-Statistics.db is damaged: ${what}.`]),
    );
  });

  it('is damaged where a name is not UTF-8', async () => {
    const bytes = statistics([[3, headerBytes({ regulars: [['ab', 'BytesType']] })]]);
    bytes[bytes.indexOf('ab')] = 0xff;
    await expect(read('me-1-big-Statistics.db', bytes)).rejects.toThrow('is not UTF-8');
  });

  it('is never longer in memory than a header can be, nor than the file', async () => {
    const bytes = statistics([[3, HEADER]]);
    const file = fileOf('me-1-big-Statistics.db', bytes, 2 ** 40);
    await expect(readSerializationHeader(file)).rejects.toThrow(
      `its serialization header would be ${2 ** 40 - 12} bytes long`,
    );
    expect(file.reads).toHaveLength(2);
    const short = fileOf('me-1-big-Statistics.db', bytes, bytes.length + 5);
    await expect(readSerializationHeader(short)).rejects.toThrow(`it ends at byte ${bytes.length}`);
  });

  it.each([
    'oa-1-big-Statistics.db',
    'da-1-bti-Statistics.db',
    'la-1-big-Statistics.db',
    'ks-t-ka-1-Statistics.db',
    'pq-1-big-Statistics.db',
    'me-1-big-Data.db',
    'Statistics.db',
  ])('is refused unread by a name of an unknown format: %s', async (name) => {
    const file = fileOf(name, statistics([[3, HEADER]]));
    await expect(readSerializationHeader(file)).rejects.toMatchObject({
      kind: 'refused',
      message: `What ${name} says of its table cannot be read: it is not the Statistics.db of an SSTable in a known format (mc, md, me, ms, mt, nb).`,
    });
    expect(file.reads).toEqual([]);
  });

  it('lets a failure of the disk through as it is', async () => {
    const failure = new Error('EIO');
    const file = { name: 'me-1-big-Statistics.db', size: 100, readAt: () => Promise.reject(failure) };
    await expect(readSerializationHeader(file)).rejects.toBe(failure);
  });
});
