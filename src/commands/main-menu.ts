import { choose, RULE } from './menu.js';
import type { Tools } from './tools.js';

/** What `alternator-backup` alone asks; it needs a person. */
export async function mainMenu({ prompter, report }: Tools): Promise<'backup' | 'restore' | 'exit'> {
  for (const line of [RULE, 'ScyllaDB Alternator Backup and Restore', RULE, '']) prompter.show(line);
  for (const line of ['Options:', '1. Back up tables', '2. Restore tables', '3. Exit', ''])
    prompter.show(line);
  return choose({
    prompter,
    message: 'Enter your choice (1, 2, or 3): ',
    flag: 'backup or restore',
    values: { '1': 'backup', '2': 'restore', '3': 'exit' },
    onInvalid: (answer) => {
      report.warn(`Invalid menu choice: ${answer}`);
    },
  });
}
