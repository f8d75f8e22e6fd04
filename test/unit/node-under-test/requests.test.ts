import { describe, expect, it } from 'vitest';
import { definitionsOf, keySchemaOf } from '../../node-under-test/gateway/key-schema.js';
import { verifyIndexName, verifyTableName } from '../../node-under-test/gateway/name-rules.js';
import { viewPlan } from '../../node-under-test/gateway/index-request.js';
import { parseRequest } from '../../node-under-test/gateway/request-json.js';
import { segmentOfRing, WHOLE_RING } from '../../node-under-test/gateway/row-source.js';
import { asksForTablets, withTags } from '../../node-under-test/gateway/tag-rules.js';

describe('bodies of requests', () => {
  const parse = (text: string): unknown => parseRequest(Buffer.from(text));

  it.each([
    ['', 'The document is empty.'],
    ['  \n', 'The document is empty.'],
    ['{"Limit":', 'Invalid value.'],
    ['{} x', 'The document root must not be followed by other values.'],
    ['[]', "JSON assert failed on condition 'IsObject()'"],
    ['"x"', "JSON assert failed on condition 'IsObject()'"],
  ])('refuses %j in words of RapidJSON', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('takes 78 levels and no more, and does not count braces in texts', () => {
    const nested = (levels: number): string => `{"a":`.repeat(levels) + '1' + '}'.repeat(levels);
    expect(() => parse(nested(78))).not.toThrow();
    expect(() => parse(nested(79))).toThrow('Max nested level reached: 78');
    expect(() => parse(JSON.stringify({ a: `\\"${'{['.repeat(200)}` }))).not.toThrow();
    expect(() => parse(`{"a":[${'{},'.repeat(200)}{}]}`)).not.toThrow();
  });
});

describe('names', () => {
  it.each(['abc', '-.-', '...', 'a'.repeat(222), '_9Z'])('takes %s for a table', (name) => {
    expect(() => {
      verifyTableName(name);
    }).not.toThrow();
  });

  it.each(['', 'ab', 'a'.repeat(223), 'a b', 'a:b', 'žlu', '.scylla.alternator.x'])(
    'refuses %s for a table',
    (name) => {
      expect(() => {
        verifyTableName(name);
      }).toThrow(/TableName|reserved/);
    },
  );

  it('counts table and index together', () => {
    expect(() => {
      verifyIndexName('i'.repeat(21), 't'.repeat(200), ':');
    }).not.toThrow();
    expect(() => {
      verifyIndexName('i'.repeat(22), 't'.repeat(200), ':');
    }).toThrow('cannot exceed 221 characters');
    expect(() => {
      verifyIndexName('i'.repeat(21), 't'.repeat(200), '!:');
    }).toThrow('cannot exceed 220 characters');
  });
});

describe('key schemas', () => {
  const definitions = (types: Record<string, string>): ReturnType<typeof definitionsOf> =>
    definitionsOf(
      Object.entries(types).map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    );

  it('knows which definitions no key has used, in the order that Scylla lists them', () => {
    const all = definitions({ pk: 'S', sk: 'N', b: 'B' });
    keySchemaOf({ KeySchema: [{ AttributeName: 'b', KeyType: 'HASH' }] }, all);
    expect(() => {
      all.verifyAllUsed();
    }).toThrow('{"sk", "pk"}');
  });

  it('keys a view by what Cassandra can take, and leaves the rest to the gateway', () => {
    const base = { hash: { name: 'pk', type: 'S' }, range: { name: 'sk', type: 'N' } } as const;
    const plan = (hash: string, range?: string): unknown => {
      const index = { name: 'i', kind: 'global', view: 't:i', hash: { name: hash, type: 'S' } } as const;
      const { key, sortedBy } = viewPlan(
        { ...index, range: range === undefined ? undefined : { name: range, type: 'S' } },
        base,
      );
      return [key.map(({ name }) => name), sortedBy];
    };
    expect(plan('a')).toEqual([['a', 'pk', 'sk'], undefined]);
    expect(plan('a', 'sk')).toEqual([['a', 'sk', 'pk'], undefined]);
    expect(plan('sk', 'a')).toEqual([['sk', 'a', 'pk'], undefined]);
    expect(plan('sk', 'pk')).toEqual([['sk', 'pk'], undefined]);
    expect(plan('a', 'b')).toEqual([['a', 'pk', 'sk'], 'b']);
  });
});

describe('tags', () => {
  it('replaces by key, and sees a request for tablets only in a number', () => {
    expect(
      withTags({ a: '1' }, [
        { Key: 'a', Value: '2' },
        { Key: 'b', Value: '' },
      ]),
    ).toEqual({ a: '2', b: '' });
    expect(['0', '12'].map((value) => asksForTablets({ 'experimental:initial_tablets': value }))).toEqual([
      true,
      true,
    ]);
    expect(
      ['none', 'x', ''].map((value) => asksForTablets({ 'experimental:initial_tablets': value })),
    ).toEqual([false, false, false]);
  });
});

describe('segments of a scan', () => {
  it.each([1, 2, 3, 7, 1000])('cover the ring without gap or overlap when there are %d', (total) => {
    const segments = Array.from({ length: total }, (_, segment) => segmentOfRing(segment, total));
    expect(segments[0]?.first).toBe(WHOLE_RING.first);
    expect(segments.at(-1)?.last).toBe(WHOLE_RING.last);
    for (const [at, { first }] of segments.entries()) {
      if (at > 0) expect(first).toBe((segments[at - 1]?.last ?? 0n) + 1n);
    }
  });
});
