import type { TableName } from '../model/table-name.js';
import type { Store } from '../store/store.js';
import { chooseOfThree, chooseTable, isConfirmed, showLines, showTitle, type MenuTools } from './menu.js';

export type RestoreChoice =
  | { readonly kind: 'tables'; readonly tables: readonly TableName[]; readonly all: boolean }
  | { readonly kind: 'exit' }
  | { readonly kind: 'declined' }
  | { readonly kind: 'no backups' }
  | { readonly kind: 'unknown table' };

export interface RestoreMenuTools extends MenuTools {
  readonly list: Store['list'];
  /** `--yes` was given: the confirmations are answered. */
  readonly confirmed: boolean;
}

/** The documented dialogue, byte for byte (PROMISES.md 2.2). It asks, and does nothing else. */
export async function restoreMenu(tools: RestoreMenuTools): Promise<RestoreChoice> {
  const { prompter, report, confirmed } = tools;
  const confirm = async (message: string) => confirmed || (await isConfirmed(prompter, message));

  showTitle(prompter, 'ScyllaDB Alternator Table Restore Tool');
  showLines(prompter, 'Scanning for available backups...', '');
  const { backups, unusable } = await tools.list();
  for (const { folder, problem } of unusable) report.warn(`Not offered: ${folder}: ${problem}`);
  if (backups.length === 0) {
    prompter.show('No backups found.');
    report.warn('No backups found');
    return { kind: 'no backups' };
  }
  const tables = backups.map(({ table }) => table);
  showLines(prompter, `Available table backups (${tables.length} total):`);
  showLines(prompter, ...tables.map((table, index) => `  ${index + 1}. ${table}`));
  showLines(prompter, '', '⚠️  WARNING: Restore will DROP existing tables and their data!', '');
  showLines(prompter, 'Options:', '1. Restore a specific table', '2. Restore all tables', '3. Exit', '');

  const choice = await chooseOfThree(tools, 'the names of tables, or --all', ['one', 'all', 'exit']);
  if (choice === 'exit') return { kind: 'exit' };
  if (choice === 'all') {
    prompter.show('');
    const all = `ALL ${tables.length} tables? This will DROP all existing tables! (yes/no): `;
    if (!(await confirm(`⚠️  Are you sure you want to restore ${all}`))) return { kind: 'declined' };
    showLines(prompter, '', `Restoring ${tables.length} tables...`, '');
    return { kind: 'tables', tables, all: true };
  }
  const table = await chooseTable(tools, tables);
  if (table === undefined) return { kind: 'unknown table' };
  prompter.show(`⚠️  WARNING: This will DROP the existing '${table}' table and all its data!`);
  if (!(await confirm('Are you sure you want to proceed? (yes/no): '))) return { kind: 'declined' };
  prompter.show('');
  return { kind: 'tables', tables: [table], all: false };
}
