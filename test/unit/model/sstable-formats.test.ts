import { describe, expect, it } from 'vitest';
import { parseServerVersion } from '../../../src/model/server-version.js';
import { judgeFormats, SSTABLE_FORMATS } from '../../../src/model/sstable-formats.js';

const judge = (formats: readonly string[], version: string, engine = 'Scylla') =>
  judgeFormats('users', formats, parseServerVersion(engine, version));

describe('The formats of SSTables', () => {
  it.each(SSTABLE_FORMATS)('$format: has a source', ({ source, scylla }) => {
    expect(source.length).toBeGreaterThan(20);
    expect(scylla).toMatch(/^(always|never|\d+\.\d+)$/);
  });

  it('are each there once', () => {
    const names = SSTABLE_FORMATS.map(({ format }) => format);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each([
    ['md', '4.2.1', '4.3.0'],
    ['me', '5.0.13', '5.1.0'],
    ['ms', '2025.3.2', '2025.4.0'],
    ['mt', '2025.4.9', '2026.1.0'],
  ])('%s is refused by %s and taken by %s', (format, before, since) => {
    const older = judge(['mc', format], before);
    expect(older.refused.map(({ problem }) => problem)).toEqual([
      `'users' has SSTables of format ${format}, which this server (Scylla ${before}) does not read`,
    ]);
    const first = since.replace(/\.0$/, '');
    expect(older.refused[0]?.cure).toBe(`Restore it on Scylla ${first} or newer.`);
    expect(judge(['mc', format], since)).toEqual({ refused: [], doubts: [] });
  });

  it.each(['nb', 'oa', 'da'])('%s, which only Cassandra writes, is refused by every Scylla', (format) => {
    for (const version of ['5.4.9', '2026.4.0', '3.0.8'])
      expect(judge([format], version).refused.map(({ cure }) => cure)).toEqual([
        'Restore it on a server like the one that wrote them.',
      ]);
  });

  it('of the Cassandra behind a gateway are its own, and not the tries of Scylla', () => {
    expect(judge(['nb', 'me'], '5.0.9', 'Cassandra')).toEqual({ refused: [], doubts: [] });
    expect(judge(['ms', 'mt'], '5.0.9', 'Cassandra').refused.map(({ problem }) => problem)).toEqual([
      "'users' has SSTables of format ms, which this server (Cassandra 5.0.9) does not read",
      "'users' has SSTables of format mt, which this server (Cassandra 5.0.9) does not read",
    ]);
  });

  it('that nobody knows are a doubt, and no refusal', () => {
    expect(judge(['ka'], '2025.1.0')).toEqual({
      refused: [],
      doubts: ['Nobody knows whether this server (Scylla 2025.1.0) reads SSTables of format ka'],
    });
    expect(judge(['da'], '5.0.9', 'Cassandra').doubts).toHaveLength(1);
  });

  it('are all taken by a server whose release cannot be read, but for those of Cassandra', () => {
    expect(judge(['la', 'mc', 'md', 'me', 'ms', 'mt'], '666.development')).toEqual({
      refused: [],
      doubts: [],
    });
  });

  it('are told once each, however many SSTables have them', () => {
    expect(judge(['mt', 'mt', 'mt'], '2025.1.0').refused).toHaveLength(1);
  });
});
