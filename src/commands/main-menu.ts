import { chooseByNumber, showLines, showTitle, type MenuTools } from './menu.js';

const CHOICES = ['backup', 'restore', 'list', 'verify', 'exit'] as const;

export type MainChoice = (typeof CHOICES)[number];

/** What `alternator-backup` alone asks; it needs a person. */
export function mainMenu(tools: MenuTools): Promise<MainChoice> {
  showTitle(tools.prompter, 'ScyllaDB Alternator Backup and Restore');
  showLines(
    tools.prompter,
    'Options:',
    '1. Back up tables',
    '2. Restore tables',
    '3. List backups',
    '4. Verify backups',
    '5. Exit',
    '',
  );
  return chooseByNumber(tools, 'backup, restore, list or verify', CHOICES);
}
