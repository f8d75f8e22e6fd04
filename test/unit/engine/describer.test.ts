import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Cql } from '../../../src/engine/scylla/cql.js';
import { describer } from '../../../src/engine/scylla/describer.js';
import { KnownError } from '../../../src/errors.js';
import type { Run } from '../../../src/system/run.js';

const SYNTAX_ERROR = 0x2000;
const refusing: Cql = {
  rows: () =>
    Promise.reject(
      new KnownError('database', "line 1:0 no viable alternative at input 'DESC'", {
        cause: Object.assign(new Error('syntax'), { code: SYNTAX_ERROR }),
      }),
    ),
  rowsIfAny: async () => undefined,
  close: async () => undefined,
};

const TEXT = `
CREATE TABLE alternator_users.users (
    pk text PRIMARY KEY
) WITH comment = '';

scylla_tags = {'a': 'b'}

CREATE MATERIALIZED VIEW alternator_users."users:by" AS
    SELECT * FROM alternator_users.users WHERE pk IS NOT NULL
    PRIMARY KEY (pk)
    WITH comment = ''
scylla_tags = {};
`;

function options(run: Run) {
  return {
    cqlsh: ['docker', 'exec', 'c', 'cqlsh'] as [string, ...string[]],
    cqlHost: '127.0.0.1',
    cqlPort: 9042,
    credentials: { accessKeyId: '', secretAccessKey: '', username: 'm%e', password: 'pa%ss' },
    run,
    signal: new AbortController().signal,
  };
}

describe('A server that knows no DESC (Scylla up to 5.1)', () => {
  it('is described by cqlsh, its text cut by the splitter, the lines that are no CQL left out', async () => {
    const calls: { readonly argv: readonly string[]; readonly secret: string; readonly mode: number }[] = [];
    const run: Run = async ({ argv }) => {
      const file = argv[argv.indexOf('--cqlshrc') + 1] ?? '';
      calls.push({ argv, secret: readFileSync(file, 'utf8'), mode: statSync(file).mode & 0o777 });
      return TEXT;
    };
    const desc = describer(refusing, options(run));
    const statements = await desc.table('alternator_users', 'users');
    expect(statements.map(({ type, name }) => [type, name])).toEqual([
      ['table', 'users'],
      ['view', 'users:by'],
    ]);
    expect(statements[0]?.statement).toBe(
      "CREATE TABLE alternator_users.users (\n    pk text PRIMARY KEY\n) WITH comment = '';",
    );
    await desc.keyspace('alternator_users');
    const [first] = calls;
    expect(first?.argv.filter((_, at) => at !== 5)).toEqual([
      'docker',
      'exec',
      'c',
      'cqlsh',
      '--cqlshrc',
      '-e',
      'DESC TABLE "alternator_users"."users"',
      '127.0.0.1',
      '9042',
    ]);
    expect(first?.argv.join(' ')).not.toContain('pa%ss');
    expect(first?.secret).toBe('[authentication]\nusername = m%%e\npassword = pa%ss\n');
    expect(first?.mode).toBe(0o600);
  });

  it('any other refusal is passed on, and cqlsh is not asked', async () => {
    const run: Run = () => Promise.reject(new Error('not to be called'));
    const other: Cql = {
      ...refusing,
      rows: () => Promise.reject(new KnownError('database', "'x' not found in keyspaces")),
    };
    await expect(describer(other, options(run)).keyspace('x')).rejects.toThrow("'x' not found in keyspaces");
  });
});
