import { chooseOfThree, showLines, showTitle, type MenuTools } from './menu.js';

/** What `alternator-backup` alone asks; it needs a person. */
export function mainMenu(tools: MenuTools): Promise<'backup' | 'restore' | 'exit'> {
  showTitle(tools.prompter, 'ScyllaDB Alternator Backup and Restore');
  showLines(tools.prompter, 'Options:', '1. Back up tables', '2. Restore tables', '3. Exit', '');
  return chooseOfThree(tools, 'backup or restore', ['backup', 'restore', 'exit']);
}
