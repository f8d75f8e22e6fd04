import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { DOCUMENTED_LINE, logged, only } from './harness/log-lines.js';
import { it, type Stage } from './harness/stage.js';

const RULE = '='.repeat(60);

/** PROMISES.md 1.2, up to the first prompt. */
const MENU = `${RULE}
ScyllaDB Alternator Table Backup Tool
${RULE}

Fetching list of all available tables...

Available tables (3 total):
  1. users
  2. orders
  3. products

Options:
1. Backup a specific table
2. Backup all tables
3. Exit

Enter your choice (1, 2, or 3): `;

const THREE_TABLES = {
  tables: [{ name: 'products' }, { name: 'orders' }, { name: 'users', like: 'orders' }],
} as const;

const summary = (successful: number, failed: readonly string[]) =>
  [
    RULE,
    'Backup Summary:',
    `  ✅ Successful: ${successful}`,
    `  ❌ Failed: ${failed.length}`,
    `  📊 Total: ${successful + failed.length}`,
    ...(failed.length > 0 ? ['', 'Failed tables:', ...failed.map((name) => `  - ${name}`)] : []),
    RULE,
    '',
  ].join('\n');

/** PROMISES.md 1.3. */
const transcript = ({ fake }: Stage, table: string, views: number, tag: string) => {
  const directory = fake.table(table)?.directory ?? '';
  const folder = `./backups/${table}`;
  return [
    `INFO - ===== Start backup process for ${table} =====`,
    `INFO - Table ID for ${table}: ${(fake.table(table)?.id ?? '').replaceAll('-', '')}`,
    `INFO - Creating schema file for ${table} at ${folder}/table_schema.cql`,
    'INFO - Successfully retrieved DESC TABLE output (N characters)',
    'INFO - ✓ Table schema extracted: N characters',
    `INFO - ✓ Materialized views found: ${views}`,
    `INFO - ✓ Table schema saved to: ${folder}/table_schema.cql`,
    ...Array.from(
      { length: views },
      (_, index) =>
        `INFO - ✓ Materialized view ${index + 1} saved to: ${folder}/materialized_view_${index + 1}.cql`,
    ),
    `INFO - Taking snapshot for alternator_${table}`,
    `INFO - Snapshot created for ${table} with ID: ${tag}`,
    `INFO - Snapshot directory verified: ${directory}/snapshots/${tag}/`,
    `INFO - Creating backup archive: ${folder}/${table}_backup.tar.gz`,
    `INFO - Backup created at ${folder}/${table}_backup.tar.gz`,
    `INFO - ===== Backup completed for ${table} =====`,
  ];
};

/** Two lines name a number of characters. */
const loggedIn = (log: string) => logged(log.replaceAll(/\d+ characters/g, 'N characters'));

const tagIn = (log: string) => /with ID: (\S+)/.exec(log)?.[1] ?? 'no tag was logged';

describe.concurrent('backup menu', () => {
  it('T-1: without an answer the documented menu is shown, nothing is written, and the exit status is 2', async ({
    setUp,
  }) => {
    const stage = await setUp(THREE_TABLES);
    const result = await stage.tool(['backup']);
    expect(result.stdout).toBe(MENU);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('--all');
    expect(readdirSync(stage.cwd)).toEqual([]);
    expect(stage.fake.calls.changes()).toEqual([]);
  });

  it('T-2: choice 1 and a name back up that table, with the documented lines on the console and in the log file', async ({
    setUp,
  }) => {
    const stage = await setUp(THREE_TABLES);
    const result = await stage.tool(['backup'], { stdin: '1\nusers\n' });
    expect(result.stdout).toBe(`${MENU}Enter table name: \n\n✅ Backup completed successfully for users\n`);
    expect(result.code).toBe(0);

    const log = stage.log('backup');
    expect(result.stderr).toBe(log);
    const documented = transcript(stage, 'users', 2, tagIn(log));
    expect(only(documented, loggedIn(log))).toEqual(documented);
    for (const line of log.trimEnd().split('\n')) expect(line).toMatch(DOCUMENTED_LINE);
    for (const name of [
      'table_schema.cql',
      'materialized_view_1.cql',
      'materialized_view_2.cql',
      'users_backup.tar.gz',
    ])
      expect(existsSync(join(stage.backups, 'users', name)), name).toBe(true);
    expect(readdirSync(stage.backups).sort()).toEqual(['@state', 'users']);
  });

  it('T-3: an unknown name is told, no snapshot is taken, no directory is made, and the exit status is 1', async ({
    setUp,
  }) => {
    const stage = await setUp(THREE_TABLES);
    const result = await stage.tool(['backup'], { stdin: '1\ninvalid_table\n' });
    expect(result.stdout).toBe(`${MENU}Enter table name: \n❌ Table 'invalid_table' not found.\n`);
    expect(result.code).toBe(1);
    expect(logged(result.stderr)).toEqual(['WARNING - User entered non-existent table: invalid_table']);
    expect(stage.fake.calls.programs()).toEqual([]);
    expect(existsSync(stage.backups)).toBe(false);
  });

  it('T-4: any other choice is refused with a warning, nothing is touched, and the exit status is 2', async ({
    setUp,
  }) => {
    const stage = await setUp(THREE_TABLES);
    const result = await stage.tool(['backup'], { stdin: '5\n' });
    expect(result.stdout).toBe(MENU);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('WARNING - Invalid menu choice: 5');
    expect(stage.fake.calls.changes()).toEqual([]);
    expect(existsSync(stage.backups)).toBe(false);
  });

  it('T-5: choice 3 ends with exit status 0, and nothing is done', async ({ setUp }) => {
    const stage = await setUp(THREE_TABLES);
    const result = await stage.tool(['backup'], { stdin: '3\n' });
    expect(result.stdout).toBe(MENU);
    expect(result.stderr).toBe('');
    expect(result.code).toBe(0);
    expect(readdirSync(stage.cwd)).toEqual([]);
    expect(stage.fake.calls.changes()).toEqual([]);
  });

  it('T-6: an empty cluster says "No tables found." with a warning and exit status 3', async ({ setUp }) => {
    const stage = await setUp();
    const result = await stage.tool(['backup'], { stdin: '2\n' });
    expect(result.stdout).toBe(
      `${RULE}\nScyllaDB Alternator Table Backup Tool\n${RULE}\n\n` +
        'Fetching list of all available tables...\n\nNo tables found.\n',
    );
    expect(logged(stage.log('backup'))).toEqual(['WARNING - No tables found in database']);
    expect(result.stderr).toBe(stage.log('backup'));
    expect(result.code).toBe(3);
  });

  it('T-6: a server that is down is an error that names the endpoint, not an empty cluster, with exit status 5', async ({
    setUp,
  }) => {
    const stage = await setUp(THREE_TABLES);
    await stage.fake.closeDoor('api');
    const result = await stage.tool(['backup'], { stdin: '2\n' });
    expect(result.stdout).not.toContain('No tables found');
    expect(logged(result.stderr)[0]).toMatch(/^ERROR - .*/);
    expect(result.stderr).toContain(stage.fake.endpoint);
    expect(result.code).toBe(5);
  });

  it('T-7: choice 2 backs up every table in the order of the listing, each in its own block, and sums up', async ({
    setUp,
  }) => {
    const stage = await setUp(THREE_TABLES);
    const result = await stage.tool(['backup'], { stdin: '2\n' });
    expect(result.stdout).toBe(`${MENU}\nBacking up 3 tables...\n\n\n\n\n${summary(3, [])}`);
    expect(result.code).toBe(0);
    const log = stage.log('backup');
    const documented = [
      ...transcript(stage, 'users', 2, tagIn(log)),
      ...transcript(stage, 'orders', 0, tagIn(log)),
      ...transcript(stage, 'products', 0, tagIn(log)),
    ];
    expect(only(documented, loggedIn(log))).toEqual(documented);
    expect(readdirSync(stage.backups).sort()).toEqual(['@state', 'orders', 'products', 'users']);
  });

  it('T-8: one table whose snapshot fails does not stop the others, and is named in the summary', async ({
    setUp,
  }) => {
    const stage = await setUp(THREE_TABLES);
    stage.fake.when('nodetool', (args) => args[0] === 'snapshot' && args.includes('alternator_orders'), {
      kind: 'fail',
      exit: 4,
      stderr:
        'remote replied with status code 500 Internal Server Error:\nstd::runtime_error (No space left)',
    });
    const result = await stage.tool(['backup'], { stdin: '2\n' });
    expect(result.stdout).toBe(`${MENU}\nBacking up 3 tables...\n\n\n\n\n${summary(2, ['orders'])}`);
    expect(result.code).toBe(1);
    const errors = logged(stage.log('backup')).filter((line) => line.startsWith('ERROR - '));
    expect(errors[0]).toMatch(/Snapshot command failed: remote replied/);
    expect(errors[1]).toBe('ERROR - std::runtime_error (No space left)');
    expect(readdirSync(stage.backups).sort()).toEqual(['@state', 'products', 'users']);
    expect(stage.fake.snapshots('users')).toEqual([]);
    expect(logged(result.stderr)).not.toContain('INFO - ===== Backup completed for orders =====');
  });
});
