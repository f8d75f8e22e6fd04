import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from './harness/stage.js';

/** Legal, each of them; those that differ in case only must never be mixed up. */
const NAMES = [
  'Users',
  'users',
  'a.b',
  '-abc',
  '...',
  'x.y.z',
  '--all',
  '-.-.-.',
  '.0-Usertable_Backup',
  'c'.repeat(222),
];

describe.concurrent('odd but legal names', () => {
  it('T-26: each table is backed up and restored under its own name, and none in place of another', async ({
    setUp,
  }) => {
    const stage = await setUp({
      tables: NAMES.map((name, index) => ({ name, like: index % 2 === 0 ? 'orders' : 'streamed' })),
    });
    const backup = await stage.tool(['backup', '--all']);
    expect(backup.code, backup.stderr).toBe(0);
    for (const name of NAMES)
      expect(existsSync(join(stage.backups, name, `${name}_backup.tar.gz`)), name).toBe(true);
    const called = (verb: string) =>
      stage.fake.calls
        .nodetool()
        .filter((call) => call.startsWith(`${verb} `))
        .sort();
    const snapshots = called('snapshot');
    // A keyspace with a dot is given with its table, since nodetool would split it (recorded nodetool 142, 149, 152).
    const [tag = ''] = /altbk_\S+/.exec(snapshots[0] ?? '') ?? [];
    expect(snapshots).toEqual(
      NAMES.map((name) =>
        name.includes('.')
          ? `snapshot -t ${tag} -- alternator_${name}/${name}`
          : `snapshot -t ${tag} -cf ${name} -- alternator_${name}`,
      ).sort(),
    );
    expect(called('clearsnapshot')).toEqual(
      NAMES.map((name) => `clearsnapshot -t ${tag} -- alternator_${name}`).sort(),
    );

    const ids = () => NAMES.map((name) => stage.fake.table(name)?.id);
    const before = ids();
    const restore = await stage.tool([
      ...['restore', '--yes', '--recreate', '--', '-abc', 'Users', 'a.b', '...', '--all'],
      ...['-.-.-.', '.0-Usertable_Backup', 'c'.repeat(222)],
    ]);
    expect(restore.code, restore.stderr).toBe(0);
    const after = ids();
    const renewed = NAMES.filter((_, index) => before[index] !== after[index]);
    expect(renewed).toEqual(NAMES.filter((name) => name !== 'users' && name !== 'x.y.z'));
    expect(NAMES.map((name) => stage.fake.table(name)?.items)).toEqual(
      NAMES.map((_, index) => (index % 2 === 0 ? 200 : 30)),
    );
    expect(called('refresh')).toEqual(renewed.map((name) => `refresh -- alternator_${name} ${name}`).sort());
    expect(stage.fake.corruptRows()).toBe(0);
  });

  it('one that is taken for a flag: the error says that it goes behind --, and there it works', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [{ name: '-abc', like: 'orders' }] });
    expect((await stage.tool(['backup', '--', '-abc'])).code).toBe(0);
    for (const command of [['verify'], ['list'], ['show'], ['backup'], ['restore'], ['schema', 'diff']]) {
      const result = await stage.tool([...command, '-abc']);
      expect([result.code, result.stdout], command.join(' ')).toEqual([2, '']);
      expect(result.stderr).toContain(
        "error: unknown option '-abc'\n(is it a table's name? Then put -- before it: -- -abc)\n",
      );
    }
    expect((await stage.tool(['verify', '--', '-abc'])).code).toBe(0);
    // Nobody calls a table so.
    for (const flag of ['--alll', '--is=this']) {
      const { stderr } = await stage.tool(['verify', flag]);
      expect(stderr).toContain('unknown option');
      expect(stderr).not.toContain('-- --');
    }
  });

  it('a name with a dash that CQL cannot make is refused by --schema cql before anything is dropped', async ({
    setUp,
  }) => {
    const stage = await setUp({ tables: [{ name: 'a-b' }] });
    await stage.tool(['backup', '--all']);
    const [trees, calls] = [stage.trees(), stage.fake.calls.changes()];
    const result = await stage.tool(['restore', 'a-b', '--yes', '--schema', 'cql']);
    expect(result.code).toBe(5);
    expect(result.stderr).toMatch(/'a-b' cannot be made by CQL: Scylla takes letters, digits and _ only/);
    expect([stage.trees(), stage.fake.calls.changes()]).toEqual([trees, calls]);
  });

  it(
    'T-25 (U-13): 250 tables, three pages of the listing, are all listed and all backed up',
    { timeout: 420_000 },
    async ({ setUp }) => {
      const names = Array.from({ length: 250 }, (_, n) => `t${String(n).padStart(3, '0')}`);
      const stage = await setUp({ tables: names.map((name) => ({ name, like: 'empty' })) });
      const menu = await stage.tool(['backup'], { stdin: '3\n' });
      expect(menu.stdout).toContain('Available tables (250 total):');
      expect(menu.stdout).toMatch(/\n {2}250\. t\d{3}\n/);
      const result = await stage.tool(['backup', '--all', '--quiet'], { deadlineMs: 360_000 });
      expect(result.code, result.stderr).toBe(0);
      for (const name of names)
        expect(existsSync(join(stage.backups, name, 'manifest.json')), name).toBe(true);
    },
  );
});
