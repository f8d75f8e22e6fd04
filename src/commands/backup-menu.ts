import type { TableName } from '../model/table-name.js';
import { parseTableName } from '../model/table-name.js';
import type { Prompter } from '../terminal/prompter.js';
import type { Reporter } from '../terminal/reporter.js';
import { choose, expectAnswer, RULE } from './menu.js';

export type BackupChoice =
  | { readonly kind: 'one'; readonly table: TableName }
  | { readonly kind: 'all'; readonly tables: readonly TableName[] }
  | { readonly kind: 'exit' }
  | { readonly kind: 'no tables' }
  | { readonly kind: 'unknown table'; readonly table: TableName };

export interface BackupMenuTools {
  readonly prompter: Prompter;
  readonly report: Reporter;
  readonly listTables: () => Promise<readonly TableName[]>;
}

/** The documented dialogue, byte for byte (PROMISES.md 1.2). It asks, and does nothing else. */
export async function backupMenu({ prompter, report, listTables }: BackupMenuTools): Promise<BackupChoice> {
  const show = (...lines: readonly string[]) => {
    for (const line of lines) prompter.show(line);
  };
  show(
    RULE,
    'ScyllaDB Alternator Table Backup Tool',
    RULE,
    '',
    'Fetching list of all available tables...',
    '',
  );
  const tables = await listTables();
  if (tables.length === 0) {
    show('No tables found.');
    report.warn('No tables found in database');
    return { kind: 'no tables' };
  }
  show(
    `Available tables (${tables.length} total):`,
    ...tables.map((table, index) => `  ${index + 1}. ${table}`),
  );
  show('', 'Options:', '1. Backup a specific table', '2. Backup all tables', '3. Exit', '');

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
    show('', `Backing up ${tables.length} tables...`, '');
    return { kind: 'all', tables };
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
  return { kind: 'one', table };
}
