import { describe, expect, it } from 'vitest';
import { atLeast, newerThan, parseServerVersion, spokenVersion } from '../../../src/model/server-version.js';
import { rule } from '../../../src/model/version-rules.js';

describe('The version of a server', () => {
  it.each([
    ['2025.1.0~dev-0.20241201.abcdef', [2025, 1]],
    ['2025.1-0.local', [2025, 1]],
    ['6.2.3-0.20250119.bff9ddde1283', [6, 2]],
    ['5.4.9', [5, 4]],
    ['4.6.rc1', [4, 6]],
    ['4.6.dev-0.20210528.33d88f992', [4, 6]],
    ['2025.4.0~rc5-0.20251101.1', [2025, 4]],
    ['2026.10.1', [2026, 10]],
  ])('is read from %s', (version, line) => {
    expect(parseServerVersion('Scylla', version)).toEqual({
      text: version,
      line,
      known: true,
      tellsIndexColumns: true,
      engine: 'Scylla',
      takesIndexViews: false,
    });
  });

  it.each([
    ['2024.2.5', [6, 0]],
    ['2024.1.0-0.20240201', [5, 4]],
    ['2021.1.19', [5, 4]],
  ])('of Enterprise %s is that of the open-source code in it', (version, line) => {
    expect(parseServerVersion('Scylla', version)).toEqual({
      text: version,
      line,
      known: true,
      tellsIndexColumns: true,
      engine: 'Scylla',
      takesIndexViews: false,
    });
  });

  it('of a Cassandra counts as Scylla 6.2: keys of all its indexes are real columns', () => {
    const server = parseServerVersion('Cassandra', '5.0.9');
    expect(server).toEqual({
      text: 'Cassandra 5.0.9',
      line: [6, 2],
      known: true,
      tellsIndexColumns: true,
      engine: 'Cassandra',
      takesIndexViews: true,
    });
    expect(rule(server, 'gsi-keys-are-columns')).toBe(true);
    expect(rule(server, 'lsi-keys-are-columns')).toBe(true);
    expect(spokenVersion(server)).toBe('Cassandra 5.0.9');
  });

  it.each([
    ['Scylla', '666.development-0.20200101.abc'],
    ['Scylla', ''],
    ['Scylla', 'none of your business'],
    ['Scylla', '2025'],
    ['Scylla', '3.0.8'],
    ['Cassandra', '3.0.8'],
  ])('of a %s that says %j is the newest known, and not known', (engine, version) => {
    const server = parseServerVersion(engine, version);
    expect(server).toMatchObject({ text: version, known: false });
    expect(atLeast(server, '2026.4')).toBe(true);
    expect(newerThan(server, '2026.4')).toBe(true);
    expect(spokenVersion(server)).toBe(`${version}, which cannot be read and is taken for the newest`);
  });

  it('is compared by numbers, release by release', () => {
    const server = parseServerVersion('Scylla', '2025.4.0');
    expect([atLeast(server, '2025.3'), atLeast(server, '2025.4'), atLeast(server, '2026.1')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([newerThan(server, '2025.3'), newerThan(server, '2025.4'), newerThan(server, '6.2')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(atLeast(parseServerVersion('Scylla', '2025.10.0'), '2025.4')).toBe(true);
    expect(atLeast(parseServerVersion('Scylla', '6.2.9'), '2025.1')).toBe(false);
    expect(newerThan(parseServerVersion('Scylla', '6.2.9'), '6.2')).toBe(false);
  });
});
