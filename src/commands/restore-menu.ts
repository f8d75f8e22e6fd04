import type { TableName } from '../model/table-name.js';
import { parseTableName } from '../model/table-name.js';
import type { Prompter } from '../terminal/prompter.js';
import type { Reporter } from '../terminal/reporter.js';
import type { Store } from '../store/store.js';
import { choose, expectAnswer, isConfirmed, RULE } from './menu.js';

export type RestoreChoice =
  | { readonly kind: 'tables'; readonly tables: readonly TableName[]; readonly all: boolean }
  | { readonly kind: 'exit' }
  | { readonly kind: 'declined' }
  | { readonly kind: 'no backups' }
  | { readonly kind: 'unknown table'; readonly table: TableName };

export interface RestoreMenuTools {
  readonly prompter: Prompter;
  readonly report: Reporter;
  readonly list: Store['list'];
  /** `--yes` was given: the confirmations are answered. */
  readonly confirmed: boolean;
}

/** The documented dialogue, byte for byte (PROMISES.md 2.2). It asks, and does nothing else. */
export async function restoreMenu({
  prompter,
  report,
  list,
  confirmed,
}: RestoreMenuTools): Promise<RestoreChoice> {
  const show = (...lines: readonly string[]) => {
    for (const line of lines) prompter.show(line);
  };
  const confirm = async (message: string) => confirmed || (await isConfirmed(prompter, message));

  show(RULE, 'ScyllaDB Alternator Table Restore Tool', RULE, '', 'Scanning for available backups...', '');
  const { backups, unusable } = await list();
  for (const { folder, problem } of unusable) report.warn(`Not offered: ${folder}: ${problem}`);
  if (backups.length === 0) {
    show('No backups found.');
    report.warn('No backups found');
    return { kind: 'no backups' };
  }
  const tables = backups.map(({ table }) => table);
  show(
    `Available table backups (${tables.length} total):`,
    ...tables.map((table, index) => `  ${index + 1}. ${table}`),
  );
  show('', '⚠️  WARNING: Restore will DROP existing tables and their data!', '');
  show('Options:', '1. Restore a specific table', '2. Restore all tables', '3. Exit', '');

  const choice = await choose({
    prompter,
    message: 'Enter your choice (1, 2, or 3): ',
    flag: 'the names of tables, or --all',
    values: { '1': 'one', '2': 'all', '3': 'exit' },
    onInvalid: (answer) => {
      report.warn(`Invalid menu choice: ${answer}`);
    },
  });
  if (choice === 'exit') return { kind: 'exit' };
  if (choice === 'all') {
    show('');
    const question = `⚠️  Are you sure you want to restore ALL ${tables.length} tables? This will DROP all existing tables! (yes/no): `;
    if (!(await confirm(question))) return { kind: 'declined' };
    show('', `Restoring ${tables.length} tables...`, '');
    return { kind: 'tables', tables, all: true };
  }

  const table = parseTableName(
    await expectAnswer(prompter, { message: 'Enter table name: ', flag: 'the name of a table' }),
  );
  show('');
  if (!tables.includes(table)) {
    show(`❌ Table '${table}' not found.`);
    report.warn(`User entered non-existent table: ${table}`);
    return { kind: 'unknown table', table };
  }
  show(`⚠️  WARNING: This will DROP the existing '${table}' table and all its data!`);
  if (!(await confirm('Are you sure you want to proceed? (yes/no): '))) return { kind: 'declined' };
  show('');
  return { kind: 'tables', tables: [table], all: false };
}
