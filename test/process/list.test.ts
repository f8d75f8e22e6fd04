import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it, type Stage } from './harness/stage.js';

const TWO_TABLES = { tables: [{ name: 'users', like: 'orders' }, { name: 'orders' }] } as const;

/** No database, no service, no nodetool: whatever is asked of them fails. */
const NO_NODE = {
  ALTERNATOR_BACKUP_ENDPOINT: 'http://127.0.0.1:1',
  ALTERNATOR_BACKUP_CQL_PORT: '1',
  ALTERNATOR_BACKUP_NODETOOL: '/no/such/nodetool',
  ALTERNATOR_BACKUP_SERVICE: 'none',
} as const;

interface ListedBackup {
  readonly table: string;
  readonly label: string | null;
  readonly kind: string;
  readonly newest: boolean;
  readonly versions: number;
  readonly archiveBytes: number | null;
  readonly node: { readonly address: string } | null;
  readonly verified: { readonly state: string; readonly depth: string } | null;
  readonly problem: string | null;
}

const listed = (stdout: string) =>
  JSON.parse(stdout) as { readonly store: string; readonly backups: readonly ListedBackup[] };

const manifestIn = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { readonly label: string };

/** What the documented scripts leave of a table, without its manifest and the raw answers. */
function asDocumented({ backups }: Stage, table: string): void {
  for (const name of ['manifest.json', 'alternator_schema.json', 'keyspace.cql', 'README.txt'])
    rmSync(join(backups, table, name));
}

describe.concurrent('list', () => {
  it('shows the newest backup of each table with its age, size, versions and node; needs no database, no lock and no log file', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    await stage.tool(['backup', '--all']);
    const before = [stage.trees(), readdirSync(stage.cwd)];
    const result = await stage.tool(['list', '--log-dir', '/no/such/place'], { env: NO_NODE });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toBe('');
    const [heading, orders, users, ...rest] = result.stdout.trimEnd().split('\n');
    expect(heading).toMatch(/^TABLE +LABEL +AGE +SIZE +VERSIONS +VERIFIED +NODE$/);
    const row = (table: string, versions: number) =>
      new RegExp(
        `^${table} +all_\\d{8}_incremental +\\d+ seconds? +[\\d.]+ \\w+ +${versions} +never +127\\.\\d+\\.\\d+\\.\\d+$`,
      );
    expect(orders).toMatch(row('orders', 1));
    expect(users).toMatch(row('users', 2));
    expect(rest).toEqual([]);
    expect([stage.trees(), readdirSync(stage.cwd)]).toEqual(before);
  });

  it('--json is one object with an array, of all tables or of the generations of some, the newest first', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    await stage.tool(['backup', '--all']);
    const all = await stage.tool(['list', '--json'], { env: NO_NODE });
    expect(all.code, all.stderr).toBe(0);
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(listed(all.stdout).store).toBe(stage.backups);
    expect(listed(all.stdout).backups.map(({ table, versions }) => [table, versions])).toEqual([
      ['orders', 1],
      ['users', 2],
    ]);
    const { label } = manifestIn(join(stage.backups, 'users'));
    const [older = ''] = readdirSync(join(stage.backups, '@versions', 'users'));
    const one = await stage.tool(['list', 'users', '--json'], { env: NO_NODE });
    const { backups } = listed(one.stdout);
    expect(backups.map((each) => [each.label, each.newest, each.versions, each.kind])).toEqual([
      [label, true, 2, 'manifest'],
      [older, false, 2, 'manifest'],
    ]);
    expect(Object.keys(backups[0] ?? {})).toEqual([
      'table',
      'label',
      'kind',
      'folder',
      'newest',
      'versions',
      'finishedAt',
      'type',
      'archiveBytes',
      'unpackedBytes',
      'node',
      'whole',
      'verified',
      'problem',
    ]);
    expect(backups[0]?.node?.address).toBe(stage.fake.host);
    expect(backups[0]?.archiveBytes).toBe(
      readFileSync(join(stage.backups, 'users', 'users_backup.tar.gz')).length,
    );
  });

  it('shows folders of the documented scripts and those that cannot be used as what they are, and nothing of others', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', '--all']);
    asDocumented(stage, 'users');
    writeFileSync(join(stage.backups, 'orders', 'manifest.json'), '{"format":1');
    mkdirSync(join(stage.backups, 'empty'));
    mkdirSync(join(stage.backups, 'notes'));
    writeFileSync(join(stage.backups, 'notes', 'todo.txt'), 'water the plants');
    writeFileSync(join(stage.backups, '@versions'), 'a file where a folder should be');
    const result = await stage.tool(['list'], { env: NO_NODE });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toMatch(/^users +\(documented script\) +\d+ seconds? +\S+ \S+ +1 +never +-$/m);
    expect(result.stdout).toMatch(/^orders +\(unusable\) +- +- +1 +- +-$/m);
    expect(result.stdout).toMatch(/^✗ \S+\/backups\/orders: manifest\.json cannot be trusted: /m);
    expect(result.stdout).toMatch(/^✗ \S+\/backups\/empty: empty_backup\.tar\.gz is missing$/m);
    expect(result.stdout).not.toContain('notes');
    const { backups } = listed((await stage.tool(['list', '--json'], { env: NO_NODE })).stdout);
    expect(backups.map(({ table, kind, label }) => [table, kind, label])).toEqual([
      ['empty', 'unusable', null],
      ['orders', 'unusable', null],
      ['users', 'documented', null],
    ]);
    expect(backups[1]?.problem).toMatch(/^manifest\.json cannot be trusted: /);
  });

  it('shows the last good backup while a publishing that was cut off is not repaired, and so do show and verify', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    const { label } = manifestIn(join(stage.backups, 'users'));
    const versions = join(stage.backups, '@versions', 'users');
    mkdirSync(versions, { recursive: true });
    renameSync(join(stage.backups, 'users'), join(versions, label));
    const before = stage.trees();
    for (const args of [['list'], ['list', 'users'], ['show', 'users'], ['show', 'users', label]]) {
      const result = await stage.tool(args, { env: NO_NODE });
      expect([args, result.code], result.stderr).toEqual([args, 0]);
      expect(result.stdout).toContain(label);
    }
    expect(stage.trees()).toEqual(before);
    const verified = await stage.tool(['verify', '--all'], { env: NO_NODE });
    expect(verified.code, verified.stderr).toBe(0);
    expect(verified.stdout).toContain(`✓ Valid: users ${label}`);
    expect(existsSync(join(versions, label))).toBe(true);
    // What was finished in staging when the run was killed between its two renames stands in for it.
    await stage.tool(['backup', 'users']);
    const newer = manifestIn(join(stage.backups, 'users')).label;
    const staging = join(stage.backups, '@state', 'staging', newer);
    mkdirSync(staging, { recursive: true });
    renameSync(join(stage.backups, 'users'), join(staging, 'users'));
    const { backups } = listed((await stage.tool(['list', '--json'], { env: NO_NODE })).stdout);
    expect(backups.map((each) => [each.table, each.label, each.versions])).toEqual([['users', newer, 2]]);
  });

  it('of a table without a backup says so with exit status 1, of a store without any 3, of a mistyped store 1, and makes none', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    const nosuch = await stage.tool(['list', 'users', 'nosuch'], { env: NO_NODE });
    expect(nosuch.code).toBe(1);
    expect(nosuch.stdout).toContain('users_');
    expect(nosuch.stderr).toContain('Backup folder ./backups/nosuch does not exist');
    mkdirSync(join(stage.cwd, 'hollow'));
    const empty = await stage.tool(['list', '--backup-dir', 'hollow'], { env: NO_NODE });
    expect([empty.code, empty.stdout]).toEqual([3, 'No backups found.\n']);
    for (const args of [['list'], ['list', 'users'], ['show', 'users'], ['verify'], ['verify', 'users']]) {
      const result = await stage.tool([...args, '--backup-dir', './typo'], { env: NO_NODE });
      expect([args, result.code], result.stderr).toEqual([args, 1]);
      expect(result.stderr).toContain('Backup folder ./typo does not exist');
      expect(result.stderr).toContain('There is no directory ./typo.');
    }
    expect(readdirSync(stage.cwd).sort()).not.toContain('typo');
    expect(readdirSync(join(stage.cwd, 'hollow'))).toEqual([]);
  });

  it('T-67: somebody who may not read the store is told so with exit status 5; one folder that may not be read is shown as such', async ({
    setUp,
    skip,
  }) => {
    skip(process.getuid?.() !== 0, 'only root can run the tool as somebody else');
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    for (const args of [['list'], ['show', 'users'], ['verify']]) {
      const result = await stage.tool(args, { env: NO_NODE, asUser: 65_534 });
      expect([args, result.code], result.stderr).toEqual([args, 5]);
      expect(result.stderr).toMatch(/backups cannot be read: Permission denied/);
    }
  });

  // That it takes no more than a second is for `npm run bench`.
  it('lists 1,000 tables of 50 files each', async ({ setUp }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    const [source, many] = [join(stage.backups, 'users'), join(stage.cwd, 'many')];
    mkdirSync(many);
    const { makeManyTables } = await import('./harness/many-tables.js');
    makeManyTables(source, many, { tables: 1000, entries: 50 });
    const result = await stage.tool(['list', '--backup-dir', many], { env: NO_NODE });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout.trimEnd().split('\n')).toHaveLength(1001);
  });
});

describe.concurrent('show', () => {
  it('says what a backup is, where from, what is in it and how to get it back; --json is the manifest itself', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    await stage.tool(['backup', 'users']);
    const folder = join(stage.backups, 'users');
    const newest = manifestIn(folder);
    const result = await stage.tool(['show', 'users'], { env: NO_NODE });
    expect(result.code, result.stderr).toBe(0);
    for (const line of [
      new RegExp(`^Backup ${newest.label} of users$`, 'm'),
      /^ {2}Folder +\.\/backups\/users$/m,
      new RegExp(`^ {2}Node +${stage.fake.host.replaceAll('.', '\\.')}, Scylla 2025\\.1\\S*, host id `, 'm'),
      /^ {2}Table +users, keyspace alternator_users, id [0-9a-f-]{36}$/m,
      /^ {2}Items +200 in all$/m,
      /^ {2}Holds +1 SSTable, 11 files, .* as archive$/m,
      /^ {2}Verified +never$/m,
      /^ {2}Restore +alternator-backup restore -- users$/m,
      /^ {2}By hand +\.\/backups\/users\/README\.txt$/m,
      /^ {2}alternator_schema\.json +\S+ \S+ +[0-9a-f]{64}$/m,
      /^ {2}me-\S+-big-Data\.db +\S+ \S+ +digest ok$/m,
    ])
      expect(result.stdout).toMatch(line);
    const json = await stage.tool(['show', 'users', '--json'], { env: NO_NODE });
    expect(JSON.parse(json.stdout)).toEqual(newest);

    const [older = ''] = readdirSync(join(stage.backups, '@versions', 'users'));
    const before = await stage.tool(['show', 'users', older], { env: NO_NODE });
    expect(before.stdout).toContain(`Folder       ./backups/@versions/users/${older}`);
    expect(before.stdout).toContain(`alternator-backup restore --from ${older} -- users`);
  });

  it('of an unknown label names those that there are, of an unknown table its folder: exit status 1; no label at all is 2', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    const { label } = manifestIn(join(stage.backups, 'users'));
    for (const [args, code, what] of [
      [['show', 'users', 'users_19990101_full'], 1, `There are: ${label}.`],
      [['show', 'nosuch'], 1, 'Backup folder ./backups/nosuch does not exist'],
      [['show', 'nosuch', label], 1, 'Backup folder ./backups/nosuch does not exist'],
      [['show', 'users', '../users'], 2, "'../users' is not a label"],
      [['show', 'a/b'], 2, "'a/b' is not a table name"],
    ] as const) {
      const result = await stage.tool(args, { env: NO_NODE });
      expect([args, result.code], result.stderr).toEqual([args, code]);
      expect(result.stderr).toContain(what);
    }
  });

  it('of a documented folder says that it has no manifest, and gives scripts no empty one', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    cpSync(join(stage.backups, 'users'), join(stage.cwd, 'kept'), { recursive: true });
    asDocumented(stage, 'users');
    const result = await stage.tool(['show', 'users'], { env: NO_NODE });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toMatch(/^ {2}Manifest +none/m);
    const json = await stage.tool(['show', 'users', '--json'], { env: NO_NODE });
    expect(json.code).toBe(1);
    expect(json.stderr).toContain('./backups/users has no manifest');
    writeFileSync(join(stage.backups, 'users', 'manifest.json'), '{"format": 2}');
    const newer = await stage.tool(['show', 'users'], { env: NO_NODE });
    expect(newer.code).toBe(1);
    expect(newer.stderr).toContain('it has format 2; this version of the tool reads up to 1');
  });

  it('of an older documented folder gives the name by which show, verify and restore find it, and list does', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    asDocumented(stage, 'users');
    await stage.tool(['backup', 'users']);
    const [label = ''] = readdirSync(join(stage.backups, '@versions', 'users'));
    expect(label).toMatch(/^documented_\d{8}$/);
    const result = await stage.tool(['show', 'users', label], { env: NO_NODE });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toContain(`Backup ${label} of users`);
    expect(result.stdout).toContain(`alternator-backup restore --from ${label} -- users`);
    expect((await stage.tool(['list', 'users'], { env: NO_NODE })).stdout).toContain(label);
    const verified = await stage.tool(['verify', '--from', label], { env: NO_NODE });
    expect(verified.code, verified.stderr).toBe(0);
    expect(verified.stdout).toContain(`✓ Valid: users ${label}`);
    const { label: newest } = manifestIn(join(stage.backups, 'users'));
    expect(readFileSync(join(stage.backups, 'users', 'README.txt'), 'utf8')).toContain(
      `* alternator-backup restore --from ${newest} -- users\n`,
    );
  });
});
