import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { withCql } from './harness/independent-clients.js';
import { it, type Stage } from './harness/stage.js';

const LOGIN = { username: 'backup', password: 'pa%ss word' };

interface CqlshCall {
  readonly argv: readonly string[];
  readonly settings: string;
  readonly mode: number;
  readonly path: string;
}

/**
 * A cqlsh that answers as the server does while it still knows DESC, around it what cqlsh prints besides; and the server then forgets
 * it. `calls` is what it was called with.
 */
async function forgetDesc(
  stage: Stage,
  statements: readonly string[],
): Promise<{ readonly program: string; readonly calls: () => readonly CqlshCall[] }> {
  const texts: Record<string, string> = {};
  await withCql(
    stage.fake,
    async (cql) => {
      for (const statement of statements) {
        const { rows } = await cql.execute(statement);
        texts[statement] = rows.map((row) => String(row['create_statement'])).join('\n\n');
      }
    },
    LOGIN,
  );
  stage.fake.cql.knowsDesc = false;
  const [program, answers, calls] = ['cqlsh', 'answers.json', 'calls'].map((name) => join(stage.cwd, name));
  writeFileSync(answers ?? '', JSON.stringify(texts));
  writeFileSync(
    program ?? '',
    `#!${process.execPath}
const { appendFileSync, readFileSync, statSync } = require('node:fs');
const argv = process.argv.slice(2);
const path = argv[argv.indexOf('--cqlshrc') + 1];
const call = { argv, settings: readFileSync(path, 'utf8'), mode: statSync(path).mode & 0o777, path };
appendFileSync(${JSON.stringify(calls)}, JSON.stringify(call) + '\\n');
const text = JSON.parse(readFileSync(${JSON.stringify(answers)}, 'utf8'))[argv[argv.indexOf('-e') + 1]];
if (text === undefined) { process.stderr.write('not found in the schema\\n'); process.exit(2); }
process.stdout.write('\\nWARNING: cqlsh was built against 5.0, the server is 4.0\\r\\n' + text + "\\nscylla_tags = {'a': 'b'}\\n\\n");
`,
  );
  chmodSync(program ?? '', 0o755);
  return {
    program: program ?? '',
    calls: () =>
      existsSync(calls ?? '')
        ? readFileSync(calls ?? '', 'utf8')
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as CqlshCall)
        : [],
  };
}

describe.concurrent('a server that knows no DESC (Scylla up to 5.1)', () => {
  it('is described by cqlsh: the files of the schema are the same as by DESC, and a restore compares with them', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [{ name: 'users', like: 'orders' }], login: LOGIN });
    const env = { SCYLLA_USER: LOGIN.username, SCYLLA_PASSWORD: LOGIN.password };
    const byRows = await stage.tool(['backup', 'users', '--backup-dir', 'by-rows'], { env });
    expect(byRows.code, byRows.stderr).toBe(0);

    const { program, calls } = await forgetDesc(stage, [
      'DESC KEYSPACE "alternator_users"',
      'DESC TABLE "alternator_users"."users"',
    ]);
    const byCqlsh = await stage.tool(['backup', 'users', '--cqlsh', program], { env });
    expect(byCqlsh.code, byCqlsh.stderr).toBe(0);
    const saved = (store: string, file: string) =>
      readFileSync(join(stage.cwd, store, 'users', file), 'utf8');
    for (const file of [
      'table_schema.cql',
      'keyspace.cql',
      'materialized_view_1.cql',
      'materialized_view_2.cql',
    ])
      expect(saved('backups', file), file).toBe(saved('by-rows', file));

    for (const { argv, settings, mode, path } of calls()) {
      expect(argv.join(' ')).not.toContain(LOGIN.password);
      expect(argv.slice(-2)).toEqual([stage.fake.host, String(stage.fake.cqlPort)]);
      expect(settings).toBe('[authentication]\nusername = backup\npassword = pa%ss word\n');
      expect(mode).toBe(0o600);
      expect(existsSync(path), 'the file with the password is gone').toBe(false);
    }
    expect(calls().length).toBeGreaterThanOrEqual(2);

    const restored = await stage.tool(['restore', 'users', '--yes', '--cqlsh', program], { env });
    expect(restored.code, restored.stderr).toBe(0);
    expect(stage.fake.table('users')?.items).toBe(200);
  });

  it('and no cqlsh there either: the backup fails and says which setting helps, nothing is published', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [{ name: 'users' }] });
    stage.fake.cql.knowsDesc = false;
    const result = await stage.tool(['backup', 'users', '--cqlsh', join(stage.cwd, 'nosuch')]);
    expect(result.code).not.toBe(0);
    expect(result.stderr).toMatch(/nosuch/);
    expect(result.stderr).toMatch(/--cqlsh/);
    expect(existsSync(join(stage.backups, 'users', 'manifest.json'))).toBe(false);
  });
});
