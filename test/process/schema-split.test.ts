import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from './harness/stage.js';

const TABLE = `CREATE TABLE ks."t;1" (\n    p text PRIMARY KEY,\n    c text\n) WITH comment = 'it''s; a CREATE TABLE';`;
const VIEW = `CREATE MATERIALIZED VIEW ks.v AS SELECT * FROM ks."t;1" WHERE c IS NOT NULL PRIMARY KEY (c, p)`;

interface Split {
  readonly kind: string;
  readonly name: string;
  readonly terminated: boolean;
  readonly text: string;
}

describe.concurrent('schema split', () => {
  it('gives one JSON array on standard output: kind, name as written, whether terminated, text', async ({
    setUp,
  }) => {
    const stage = await setUp();
    writeFileSync(join(stage.cwd, 'desc.cql'), `\u{feff}${TABLE}\r\n\r\n${VIEW}\r\n`);
    const result = await stage.tool(['schema', 'split', 'desc.cql', '--json']);
    expect(result.stderr).toBe('');
    expect(result.code).toBe(0);
    const split = JSON.parse(result.stdout) as readonly Split[];
    expect(split).toEqual([
      { kind: 'table', name: 'ks."t;1"', terminated: true, text: TABLE },
      { kind: 'materialized view', name: 'ks.v', terminated: false, text: VIEW },
    ]);
  });

  it('reads standard input, shows people each statement with its kind, and touches nothing', async ({
    setUp,
  }) => {
    const stage = await setUp();
    const result = await stage.tool(['schema', 'split', '-'], {
      stdin: `${TABLE}\nscylla_tags = {'a': 'b'}\n`,
    });
    expect(result.stdout).toBe(
      `-- 1 of 2: table ks."t;1"\n${TABLE}\n\n-- 2 of 2: extension line scylla_tags\nscylla_tags = {'a': 'b'}\n\n`,
    );
    expect(result.code).toBe(0);
    expect(readdirSync(stage.cwd)).toEqual([]);
    expect(existsSync(stage.backups)).toBe(false);
    expect([stage.fake.calls.api, stage.fake.calls.cql, stage.fake.calls.programs()]).toEqual([[], [], []]);
  });

  it('text that cannot be split is exit 1 and one sentence with line and column, and nothing on standard output', async ({
    setUp,
  }) => {
    const stage = await setUp();
    const cases: readonly (readonly [string, RegExp])[] = [
      [`${TABLE}\nCREATE TABLE ks.t2 (p text PRIMARY KEY) WITH comment = 'open`, /line 5, column 56/],
      [`${TABLE}\nCREATE MATERIALIZED VIEW ks.v AS`, /line 5, column 1 is cut off/],
    ];
    for (const [input, place] of cases) {
      for (const json of [[], ['--json']]) {
        const result = await stage.tool(['schema', 'split', '-', ...json], { stdin: input });
        expect(result.stdout).toBe('');
        expect(result.stderr).toMatch(place);
        expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
        expect(result.code).toBe(1);
      }
    }
    const bytes = Buffer.concat([Buffer.from("SELECT\n 'a"), Buffer.from([0xe4, 0x27])]);
    writeFileSync(join(stage.cwd, 'latin1.cql'), bytes);
    const latin = await stage.tool(['schema', 'split', 'latin1.cql', '--json']);
    expect([latin.stdout, latin.stderr, latin.code]).toEqual([
      '',
      'latin1.cql is not UTF-8 text: line 2, column 4\n',
      1,
    ]);
  });

  it('a file that is not there, a folder, no file: exit 2', async ({ setUp }) => {
    const stage = await setUp();
    for (const [args, words] of [
      [['nosuch.cql'], 'nosuch.cql cannot be read'],
      [['.'], '. is not a file'],
      [[], "missing required argument 'file'"],
    ] as const) {
      const result = await stage.tool(['schema', 'split', ...args]);
      expect(result.stderr).toContain(words);
      expect(result.code).toBe(2);
    }
  });
});
