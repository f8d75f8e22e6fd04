import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { logged, only } from './harness/log-lines.js';
import { it, type Stage } from './harness/stage.js';

const RULE = '='.repeat(60);

/** PROMISES.md 2.2, up to the first prompt. */
const menu = (...tables: readonly string[]) => `${RULE}
ScyllaDB Alternator Table Restore Tool
${RULE}

Scanning for available backups...

Available table backups (${tables.length} total):
${tables.map((table, index) => `  ${index + 1}. ${table}`).join('\n')}

⚠️  WARNING: Restore will DROP existing tables and their data!

Options:
1. Restore a specific table
2. Restore all tables
3. Exit

Enter your choice (1, 2, or 3): `;

const DROPS_USERS = `Enter table name: 
⚠️  WARNING: This will DROP the existing 'users' table and all its data!
Are you sure you want to proceed? (yes/no): `;

const DROPS_ALL =
  '\n⚠️  Are you sure you want to restore ALL 3 tables? This will DROP all existing tables! (yes/no): ';

const USERS_AND_ORDERS = {
  tables: [
    { name: 'users', like: 'orders' },
    { name: 'orders', like: 'orders' },
  ],
} as const;

const THREE_TABLES = {
  tables: [...USERS_AND_ORDERS.tables, { name: 'products', like: 'streamed' }],
} as const;

/** Backs up everything, and forgets the calls that it took. */
async function withBackups(stage: Stage): Promise<void> {
  const { code, stderr } = await stage.tool(['backup', '--all']);
  expect(code, stderr).toBe(0);
}

describe.concurrent('restore menu', () => {
  it('T-40: the documented menu offers each backup, and not a folder without an archive', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS_AND_ORDERS);
    await withBackups(stage);
    mkdirSync(join(stage.backups, 'broken'));
    writeFileSync(join(stage.backups, 'broken', 'table_schema.cql'), 'CREATE TABLE broken (pk text);');
    const result = await stage.tool(['restore']);
    expect(result.stdout).toBe(menu('orders', 'users'));
    expect(result.stderr).toContain('broken_backup.tar.gz is missing');
    expect(result.code).toBe(2);
  });

  it('T-41: unless somebody says yes nothing is called, nothing is changed, and the exit status is 6', async ({
    setUp,
  }) => {
    const stage = await setUp(THREE_TABLES);
    await withBackups(stage);
    const [trees, calls] = [stage.trees(), stage.fake.calls.changes()];
    const offered = menu('orders', 'products', 'users');
    for (const [stdin, asked] of [
      ['1\nusers\nno\n', DROPS_USERS],
      ['1\nusers\n\n', DROPS_USERS],
      ['1\nusers\n', DROPS_USERS],
      ['1\nusers\ny\n', DROPS_USERS],
      ['2\nno\n', DROPS_ALL],
    ] as const) {
      const result = await stage.tool(['restore'], { stdin });
      expect([result.code, result.stdout], JSON.stringify(stdin)).toEqual([6, `${offered}${asked}`]);
    }
    expect(stage.fake.calls.changes()).toEqual(calls);
    expect(stage.trees()).toEqual(trees);
  });

  it('choice 3 ends with exit status 0, and nothing is done; another one is refused with 2', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS_AND_ORDERS);
    await withBackups(stage);
    const [trees, calls] = [stage.trees(), stage.fake.calls.changes()];
    const exit = await stage.tool(['restore'], { stdin: '3\n' });
    expect([exit.code, exit.stdout, exit.stderr]).toEqual([0, menu('orders', 'users'), '']);
    const wrong = await stage.tool(['restore'], { stdin: '7\n' });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('WARNING - Invalid menu choice: 7');
    expect([stage.trees(), stage.fake.calls.changes()]).toEqual([trees, calls]);
  });

  it('without any backup it says "No backups found." with exit status 3', async ({ setUp }) => {
    const stage = await setUp(USERS_AND_ORDERS);
    const result = await stage.tool(['restore'], { stdin: '2\nyes\n' });
    expect(result.stdout).toContain('Scanning for available backups...\n\nNo backups found.\n');
    expect(result.code).toBe(3);
  });

  it('choice 1, a name and yes restore that table, items, indexes and all, without a stop of the server', async ({
    setUp,
  }) => {
    const stage = await setUp(USERS_AND_ORDERS);
    await withBackups(stage);
    const before = stage.fake.table('users');
    const result = await stage.tool(['restore'], { stdin: '1\nusers\nyes\n' });
    expect(result.stdout).toBe(
      `${menu('orders', 'users')}${DROPS_USERS}\n\n✅ Table 'users' restored successfully!\n`,
    );
    expect(result.code).toBe(0);
    const after = stage.fake.table('users');
    expect([after?.items, after?.indexed]).toEqual([200, 200]);
    // Its schema is the saved one: it is emptied, and keeps all that hangs on it.
    expect(after?.id).toBe(before?.id);
    expect(stage.fake.calls.service()).toEqual([]);
    expect(stage.fake.calls.nodetool().filter((call) => call.startsWith('refresh'))).toHaveLength(1);
  });

  it('T-43: choice 2 and yes restore every table, with the documented prompt, summary and last line', async ({
    setUp,
  }) => {
    const stage = await setUp(THREE_TABLES);
    await withBackups(stage);
    const result = await stage.tool(['restore'], { stdin: '2\nyes\n' });
    const summary = [
      RULE,
      'Restore Summary:',
      '  ✅ Successful: 3',
      '  ❌ Failed: 0',
      '  📊 Total: 3',
      RULE,
      '',
      'All tables restored successfully!',
      '',
    ].join('\n');
    const [before, after] = result.stdout.split('Restoring 3 tables...\n');
    expect(before).toBe(`${menu('orders', 'products', 'users')}${DROPS_ALL}\n`);
    expect(after?.slice(-summary.length)).toBe(summary);
    expect(result.code).toBe(0);
    for (const [name, items] of [
      ['users', 200],
      ['orders', 200],
      ['products', 30],
    ] as const)
      expect(stage.fake.table(name)?.items, name).toBe(items);
    const documented = [
      'INFO - Processing table: orders',
      'INFO - ✅ orders restored successfully',
      'INFO - Processing table: products',
      'INFO - ✅ products restored successfully',
      'INFO - Processing table: users',
      'INFO - ✅ users restored successfully',
    ];
    expect(only(documented, logged(stage.log('restore')))).toEqual(documented);
  });

  it('T-44: one damaged archive in a batch: the others are restored, the live table is untouched, and nobody says "All tables"', async ({
    setUp,
  }) => {
    const stage = await setUp(THREE_TABLES);
    await withBackups(stage);
    const archive = join(stage.backups, 'orders', 'orders_backup.tar.gz');
    writeFileSync(archive, Buffer.from('this is no archive'));
    const before = stage.fake.table('orders');
    const result = await stage.tool(['restore'], { stdin: '2\nyes\n' });
    expect(result.code).toBe(1);
    expect(result.stdout).toContain(
      '  ✅ Successful: 2\n  ❌ Failed: 1\n  📊 Total: 3\n\nFailed tables:\n  - orders\n',
    );
    expect(result.stdout).not.toContain('All tables restored');
    expect(stage.fake.table('orders')).toEqual(before);
    expect([stage.fake.table('users')?.items, stage.fake.table('products')?.items]).toEqual([200, 30]);
  });
});
