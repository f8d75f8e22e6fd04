import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { logged } from './harness/log-lines.js';
import { filesIn } from './harness/tree.js';
import { it, type Stage } from './harness/stage.js';

const USERS = { tables: [{ name: 'users', like: 'orders' }] } as const;
const TWO_TABLES = { tables: [...USERS.tables, { name: 'orders' }] } as const;

/** The environment without what tells the tool where the node is. */
const WITHOUT_NODE = {
  ALTERNATOR_BACKUP_ENDPOINT: 'http://127.0.0.1:1',
  ALTERNATOR_BACKUP_CQL_PORT: '1',
  ALTERNATOR_BACKUP_NODETOOL: '/no/such/nodetool',
  ALTERNATOR_BACKUP_SERVICE: 'none',
} as const;

const nodeFlags = ({ fake }: Stage) => [
  '--endpoint',
  fake.endpoint,
  '--cql-host',
  fake.host,
  '--cql-port',
  String(fake.cqlPort),
  '--nodetool',
  fake.nodetool.join(' '),
  '--service',
  fake.service,
];

describe.concurrent('every flag, through the built program', () => {
  it('flags win over environment variables: --endpoint, --cql-host, --cql-port, --nodetool, --service, --region', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    const elsewhere = { ...WITHOUT_NODE, ALTERNATOR_BACKUP_CQL_HOST: '127.0.0.1' };
    const flags = [...nodeFlags(stage), '--region', 'eu-central-1'];
    const backup = await stage.tool(['backup', 'users', ...flags], { env: elsewhere });
    expect(backup.code, backup.stderr).toBe(0);
    const restore = await stage.tool(['restore', 'users', '--yes', '--offline', ...flags], {
      env: elsewhere,
    });
    expect(restore.code, restore.stderr).toBe(0);
    expect(stage.fake.calls.service()).toContain('stop');
    expect(new Set(stage.fake.calls.api.map(({ region }) => region))).toEqual(new Set(['eu-central-1']));
  });

  it('environment variables do what the flags do', async ({ setUp }) => {
    const stage = await setUp(USERS);
    const env = {
      ALTERNATOR_BACKUP_BACKUP_DIR: 'from-the-environment',
      ALTERNATOR_BACKUP_LOG_DIR: join(stage.cwd, 'logs'),
      ALTERNATOR_BACKUP_REGION: 'ap-south-1',
      ALTERNATOR_BACKUP_DATA_DIR: stage.fake.dataDirectory,
      ALTERNATOR_BACKUP_KEEP_VERSIONS: '1',
    };
    mkdirSync(env.ALTERNATOR_BACKUP_LOG_DIR);
    for (const round of [1, 2])
      expect((await stage.tool(['backup', 'users'], { env })).code, String(round)).toBe(0);
    const store = join(stage.cwd, 'from-the-environment');
    expect(existsSync(join(store, 'users', 'manifest.json'))).toBe(true);
    expect(filesIn(join(store, '@versions'))).toEqual([]);
    expect(readdirSync(env.ALTERNATOR_BACKUP_LOG_DIR)).toEqual(['alternator_backup.log']);
    expect(stage.fake.calls.api[0]?.region).toBe('ap-south-1');
    expect(stage.fake.calls.cql.filter(({ statement }) => statement.includes('system.config'))).toEqual([]);
  });

  it('--backup-dir and --log-dir: nothing is left in the working directory, and lines name the place as it was written', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    const [store, logs] = [join(stage.cwd, '..', 'store'), join(stage.cwd, '..', 'logs')];
    mkdirSync(logs);
    const result = await stage.tool(['backup', 'users', '--backup-dir', `${store}/`, '--log-dir', logs]);
    expect(result.code, result.stderr).toBe(0);
    expect(readdirSync(stage.cwd)).toEqual([]);
    expect(readdirSync(logs)).toEqual(['alternator_backup.log']);
    expect(logged(result.stderr)).toContain(`INFO - Backup created at ${store}/users/users_backup.tar.gz`);
    expect(existsSync(join(store, 'users', 'users_backup.tar.gz'))).toBe(true);
  });

  it('--data-dir wins over what the server says; a role that may not read system.config needs it', async ({
    setUp,
  }) => {
    const stage = await setUp({ ...USERS, mayReadConfig: false });
    const alias = join(stage.cwd, 'data');
    symlinkSync(stage.fake.dataDirectory, alias);
    const result = await stage.tool(['backup', 'users', '--data-dir', alias]);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain(`Snapshot directory verified: ${alias}/alternator_users/users-`);
    const without = await stage.tool(['backup', 'users']);
    if (!existsSync('/var/lib/scylla/data')) {
      expect(without.code).toBe(5);
      expect(without.stderr).toMatch(/\/var\/lib\/scylla\/data cannot be read/);
    }
  });

  it('--nodetool: a program with arguments, a JSON list whose parts hold blanks, or the name on the PATH', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS);
    const withBlank = join(stage.cwd, 'node tool');
    symlinkSync(stage.fake.programs, withBlank);
    const list = JSON.stringify([join(withBlank, 'nodetool')]);
    for (const [flags, env] of [
      [['--nodetool', `env ${stage.fake.nodetool.join(' ')}`], {}],
      [['--nodetool', list], {}],
      [['--nodetool', 'nodetool'], { PATH: `${stage.fake.programs}:/usr/bin:/bin` }],
    ] as const) {
      const result = await stage.tool(['backup', 'users', ...flags], { env });
      expect(result.code, `${flags.join(' ')}\n${result.stderr}`).toBe(0);
    }
    expect(stage.fake.calls.nodetool().filter((call) => call.startsWith('snapshot'))).toHaveLength(3);
  });

  it('--keep-versions: older generations go, the newest by far stays', async ({ setUp }) => {
    const stage = await setUp(USERS);
    const older = () => readdirSync(join(stage.backups, '@versions', 'users')).length;
    await stage.tool(['backup', 'users']);
    await stage.tool(['backup', 'users']);
    await stage.tool(['backup', 'users', '--keep-versions', '3']);
    expect(older()).toBe(2);
    await stage.tool(['backup', 'users', '--keep-versions', '2']);
    expect(older()).toBe(1);
  });

  it('--dry-run: what would be done is shown, and nothing is', async ({ setUp }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', 'users']);
    const [trees, calls] = [stage.trees(), stage.fake.calls.changes()];
    const backup = await stage.tool(['backup', '--all', '--dry-run']);
    expect([backup.code, backup.stderr]).toEqual([0, '']);
    expect(backup.stdout).toMatch(
      /^Backup all_\d{8}_incremental from Scylla 2025\.1-0\.fake at \S+:\n {2}back up users, what did not change copied from users_\d{8}_full\n {2}back up orders\n$/,
    );
    const restore = await stage.tool(['restore', 'users', '--dry-run']);
    expect([restore.code, restore.stderr]).toEqual([0, '']);
    expect(restore.stdout).toMatch(
      /^ {2}EMPTY the present table users, whose schema is the same, and load it from backup users_\d{8}_full \(.*\)\n(?: {4}.*\n)*$/,
    );
    expect([stage.trees(), stage.fake.calls.changes()]).toEqual([trees, calls]);
  });

  it('--json: every line on standard output parses, the last one is the summary, and people read standard error', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    const parse = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string; time: string; summary?: { exitCode?: number } });
    for (const [args, code, people] of [
      [['backup', '--all', '--json'], 0, 'Backup Summary:'],
      [['backup', '--json', '--dry-run', 'users'], 0, 'back up users'],
      [['backup', 'nosuch', '--json'], 1, "Table 'nosuch' not found."],
      [['restore', '--all', '--yes', '--json'], 0, 'Restore Summary:'],
      [['backup', '--all', '--json', '--data-dir', '/no/such'], 5, 'cannot be read'],
    ] as const) {
      const result = await stage.tool(args);
      expect(result.code, args.join(' ')).toBe(code);
      const lines = parse(result.stdout);
      expect(lines.at(-1)?.type, args.join(' ')).toBe('summary');
      expect(lines.filter(({ type }) => type === 'summary')).toHaveLength(1);
      for (const { time } of lines) expect(new Date(time).getTime()).toBeGreaterThan(0);
      expect(result.stderr, args.join(' ')).toContain(people);
    }
    const menu = await stage.tool(['backup', '--json'], { stdin: '1\nusers\n' });
    expect([menu.code, parse(menu.stdout).at(-1)?.summary?.exitCode]).toEqual([0, 0]);
    expect(menu.stderr).toContain('Enter your choice (1, 2, or 3): ');
  });

  it('--quiet: nothing is said of what went well; warnings, errors and the log file stay', async ({
    setUp,
  }) => {
    const stage = await setUp(TWO_TABLES);
    const good = await stage.tool(['backup', '--all', '--quiet']);
    expect([good.code, good.stdout, good.stderr]).toEqual([0, '', '']);
    expect(stage.log('backup')).toContain('INFO - ===== Backup completed for users =====');
    const bad = await stage.tool(['backup', 'nosuch', '--quiet']);
    expect([bad.code, bad.stdout]).toEqual([1, '']);
    expect(logged(bad.stderr)).toEqual(["ERROR - Table 'nosuch' not found."]);
  });

  it('--all, --from, --schema alternator, --yes: an older generation comes back', async ({ setUp }) => {
    const stage = await setUp(TWO_TABLES);
    await stage.tool(['backup', '--all']);
    await stage.tool(['backup', '--all']);
    const [label = ''] = readdirSync(join(stage.backups, '@versions', 'users'));
    const result = await stage.tool(['restore', 'users', '--yes', '--from', label, '--schema', 'alternator']);
    expect(result.code, result.stderr).toBe(0);
    const all = await stage.tool(['restore', '--all', '--yes', '--from', label]);
    expect(all.code, all.stderr).toBe(0);
    expect([stage.fake.table('users')?.items, stage.fake.table('orders')?.items]).toEqual([200, 1]);
  });

  it('--help and --version end with 0 on standard output, and the help names every exit status', async ({
    setUp,
  }) => {
    const stage = await setUp();
    for (const args of [['--help'], ['backup', '--help'], ['restore', '--help']]) {
      const { code, stdout, stderr } = await stage.tool(args);
      expect([code, stderr]).toEqual([0, '']);
      for (const status of ['0 done', '5 refused', '130 interrupted', '143 terminated'])
        expect(stdout).toContain(status);
    }
    const { code, stdout } = await stage.tool(['--version']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });
});
