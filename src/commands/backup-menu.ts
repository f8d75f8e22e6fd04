import type { TableName } from '../model/table-name.js';
import { chooseOfThree, chooseTable, showLines, showTitle, type MenuTools } from './menu.js';

export type BackupChoice =
  | { readonly kind: 'one'; readonly table: TableName }
  | { readonly kind: 'all'; readonly tables: readonly TableName[] }
  | { readonly kind: 'exit' }
  | { readonly kind: 'no tables' }
  | { readonly kind: 'unknown table' };

export interface BackupMenuTools extends MenuTools {
  readonly listTables: () => Promise<readonly TableName[]>;
}

/** The documented dialogue, byte for byte (PROMISES.md 1.2). It asks, and does nothing else. */
export async function backupMenu(tools: BackupMenuTools): Promise<BackupChoice> {
  const { prompter, report } = tools;
  showTitle(prompter, 'ScyllaDB Alternator Table Backup Tool');
  showLines(prompter, 'Fetching list of all available tables...', '');
  const tables = await tools.listTables();
  if (tables.length === 0) {
    prompter.show('No tables found.');
    report.warn('No tables found in database');
    return { kind: 'no tables' };
  }
  showLines(prompter, `Available tables (${tables.length} total):`);
  showLines(prompter, ...tables.map((table, index) => `  ${index + 1}. ${table}`));
  showLines(prompter, '', 'Options:', '1. Backup a specific table', '2. Backup all tables', '3. Exit', '');

  const choice = await chooseOfThree(tools, 'the names of tables, or --all', ['one', 'all', 'exit']);
  if (choice === 'exit') return { kind: 'exit' };
  if (choice === 'all') {
    showLines(prompter, '', `Backing up ${tables.length} tables...`, '');
    return { kind: 'all', tables };
  }
  const table = await chooseTable(tools, tables);
  return table === undefined ? { kind: 'unknown table' } : { kind: 'one', table };
}
