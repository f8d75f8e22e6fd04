import { describe, expect, it } from 'vitest';
import { creationProblems, type CreationPlace } from '../../../src/model/creation-problems.js';
import { parseServerVersion } from '../../../src/model/server-version.js';
import { parseTableSchema, type TableSchema } from '../../../src/model/table-schema.js';
import { recordedSchema } from './recorded-schema.js';

const on = (version: string, place: Partial<CreationPlace> = {}): CreationPlace => ({
  server: parseServerVersion('Scylla', version),
  tablets: false,
  ...place,
});
const withDescribe = (schema: TableSchema, change: Record<string, unknown>): TableSchema =>
  parseTableSchema({ ...schema, describe: { ...schema.describe, ...change } });

const plain = recordedSchema('102-describe-hash-only-now');
const indexed = recordedSchema('134-describe-gsi-and-lsi-now');
const streamed = recordedSchema('136-describe-stream-now');
const expiring = recordedSchema('102-describe-hash-only-now', {
  ttl: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
});

describe('A table that can be made again', () => {
  it.each(['4.6.0', '5.4.9', '6.2.3', '2025.1.0', '2025.4.0', '2026.4.0', 'no version'])(
    'has no problem on vnodes on %s, with indexes, a stream or expiry',
    (version) => {
      for (const schema of [plain, indexed, streamed, expiring])
        expect(creationProblems(schema, 'orders', on(version))).toEqual([]);
    },
  );

  it('has none on tablets of 2025.1 either, with indexes (api 150) [indexes-on-tablets-need-racks]', () => {
    expect(
      creationProblems(indexed, 'orders', on('2025.1.0', { tablets: true, racks: 2, nodes: 5 })),
    ).toEqual([]);
  });

  it('is not refused for its write isolation, which the server takes [lwt-fails-on-tablets]', () => {
    const schema = { ...plain, tags: [{ Key: 'system:write_isolation', Value: 'always' }] };
    expect(creationProblems(schema, 'orders', on('2025.1.0', { tablets: true }))).toEqual([]);
  });
});

describe('What a server would refuse on tablets', () => {
  it('is a stream, until 2026.1 (api 619) [streams-refused-on-tablets]', () => {
    const problems = (version: string) =>
      creationProblems(streamed, 'orders', on(version, { tablets: true }));
    expect(problems('2025.1.3')).toEqual([
      "'orders' belongs on tablets and has a stream, which this server (2025.1.3) refuses",
    ]);
    expect(problems('2026.1.9')).toHaveLength(1);
    expect(problems('2026.2.0')).toEqual([]);
  });

  it('is expiry, until 2025.2 (api 466) [ttl-refused-on-tablets]', () => {
    const problems = (version: string) =>
      creationProblems(expiring, 'orders', on(version, { tablets: true }));
    expect(problems('2025.2.1')).toEqual([
      "'orders' belongs on tablets and expires items by 'expires', which this server (2025.2.1) refuses",
    ]);
    expect(problems('2025.3.0')).toEqual([]);
  });

  it('is none of both for a table that was on vnodes, though its tag says tablets now', () => {
    const tags = [{ Key: 'experimental:initial_tablets', Value: '0' }];
    for (const schema of [streamed, expiring])
      expect(creationProblems({ ...schema, tags }, 'orders', on('2025.1.0'))).toEqual([]);
  });

  it('is the table itself on a server without tablets [tablets-exist]', () => {
    expect(creationProblems(streamed, 'orders', on('5.4.9', { tablets: true }))).toEqual([
      "'orders' was on tablets, and this server (5.4.9) has none",
    ]);
    expect(creationProblems(plain, 'orders', on('6.0.0', { tablets: true }))).toEqual([]);
  });

  it.each<[racks: number | undefined, nodes: number | undefined, fits: boolean]>([
    [undefined, undefined, true],
    [undefined, 6, true],
    [1, undefined, true],
    [2, undefined, false],
    [3, undefined, true],
    [4, undefined, false],
    [1, 1, true],
    [2, 2, true],
    [1, 3, false],
    [2, 3, false],
    [3, 3, true],
    [3, 9, true],
    [4, 4, false],
  ])(
    'are indexes since 2025.4: %s racks, %s nodes: fit %s [indexes-on-tablets-need-racks]',
    (racks, nodes, fits) => {
      const place = { tablets: true, racks, nodes };
      expect(creationProblems(indexed, 'orders', on('2025.4.0', place))).toEqual(
        fits
          ? []
          : [
              `'orders' belongs on tablets and has indexes, which this server (2025.4.0) refuses in a data centre of ${racks} racks: it must be 1 or 3, and 3 where there are three nodes or more`,
            ],
      );
      expect(creationProblems(plain, 'orders', on('2025.4.0', place))).toEqual([]);
      expect(creationProblems(indexed, 'orders', on('2025.4.0', { ...place, tablets: false }))).toEqual([]);
      expect(creationProblems(indexed, 'orders', on('2025.3.0', place))).toEqual([]);
    },
  );

  it('is told for a version that cannot be read by the newest rules, and says so', () => {
    const [problem] = creationProblems(indexed, 'orders', on('?', { tablets: true, racks: 2 }));
    expect(problem).toContain('this server (?, which cannot be read and is taken for the newest) refuses');
  });
});

describe('Names that a server would refuse', () => {
  const name = (length: number) => 'n'.repeat(length);

  it('are longer than 222 characters, since 2025.4 than 192 [names-up-to-222]', () => {
    expect(creationProblems(plain, name(222), on('2025.3.0'))).toEqual([]);
    expect(creationProblems(plain, name(192), on('2025.4.0'))).toEqual([]);
    expect(creationProblems(plain, name(193), on('2025.4.0'))).toEqual([
      `'${name(193)}' has 193 characters, and this server (2025.4.0) takes 192 at most`,
    ]);
    expect(creationProblems(plain, name(223), on('2025.1.0'))).toEqual([
      `'${name(223)}' has 223 characters, and this server (2025.1.0) takes 222 at most`,
    ]);
  });

  it('are too long together with those of indexes (api 244) [names-up-to-222]', () => {
    // by-customer (global, 11 characters) and one more between; by-status (local, 9) and two.
    expect(creationProblems(indexed, name(210), on('2025.1.0'))).toEqual([]);
    expect(creationProblems(indexed, name(211), on('2025.1.0'))).toEqual([
      `'${name(211)}' and its index 'by-customer' have more than 221 characters together, which no server takes`,
    ]);
    expect(creationProblems(indexed, name(212), on('2025.1.0'))).toEqual([
      `'${name(212)}' and its index 'by-customer' have more than 221 characters together, which no server takes`,
      `'${name(212)}' and its index 'by-status' have more than 220 characters together, which no server takes`,
    ]);
  });

  it('leave no room for the log of a stream [stream-needs-a-short-name]', () => {
    expect(creationProblems(streamed, name(207), on('2025.1.0'))).toEqual([]);
    expect(creationProblems(streamed, name(208), on('2025.1.0'))).toEqual([
      `'${name(208)}' has 208 characters, and a table with a stream may have 207 at most`,
    ]);
    expect(creationProblems(plain, name(208), on('2025.1.0'))).toEqual([]);
  });
});

describe('Schemas that a server would refuse', () => {
  it('say no type for a key', () => {
    const untyped = withDescribe(indexed, {
      AttributeDefinitions: indexed.describe.AttributeDefinitions.filter(
        ({ AttributeName }) => AttributeName !== 'customer',
      ),
    });
    expect(creationProblems(untyped, 'orders', on('2025.1.0'))).toEqual([
      "the saved schema of 'orders' has no type for its key 'customer'",
    ]);
  });

  it('have an index of more than two keys before 2026.4 [composite-gsi-keys]', () => {
    const [index] = indexed.describe.GlobalSecondaryIndexes ?? [];
    const composite = withDescribe(indexed, {
      GlobalSecondaryIndexes: [
        { ...index, KeySchema: [...index!.KeySchema, { AttributeName: 'status', KeyType: 'RANGE' }] },
      ],
    });
    expect(creationProblems(composite, 'orders', on('2026.3.0'))).toEqual([
      "index 'by-customer' of 'orders' has 3 keys, and this server (2026.3.0) takes two at most",
    ]);
    expect(creationProblems(composite, 'orders', on('2026.4.0'))).toEqual([]);
  });

  it('have vector indexes, which would be lost without a word', () => {
    const vectors = withDescribe(plain, { VectorIndexes: [{ IndexName: 'vec' }] });
    expect(creationProblems(vectors, 'orders', on('2026.4.0', { tablets: true }))).toEqual([
      "'orders' has 1 vector index(es), which cannot be made again yet",
    ]);
    expect(creationProblems(withDescribe(plain, { VectorIndexes: [] }), 'orders', on('2026.4.0'))).toEqual(
      [],
    );
  });

  it('are told together', () => {
    const both = { ...streamed, ttl: expiring.ttl };
    expect(creationProblems(both, 'x'.repeat(223), on('2025.1.0', { tablets: true }))).toHaveLength(4);
  });
});
