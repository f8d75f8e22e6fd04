import { KnownError } from '../errors.js';
import type { TableName } from '../model/table-name.js';
import type { Store } from '../store/store.js';
import { errorCode } from '../system/files.js';
import type { Tools } from './tools.js';

/** What a run that was cut off left half published must be found, and must be found before a person chooses. */
export async function mendStore(
  table: TableName | undefined,
  onlyLook: boolean,
  { store, report, settings }: Tools,
): Promise<void> {
  try {
    await store.withLock('restore', async () => {
      for (const sentence of await store.repair()) report.info(`Repaired: ${sentence}`);
    });
  } catch (error) {
    // No state is there, so that no run of ours can have left anything.
    if (errorCode(error) === 'ENOENT') return;
    if (!(error instanceof KnownError)) throw error;
    // Whoever only looks takes it as it is.
    if (error.kind === 'busy' && onlyLook) return;
    if (error.kind !== 'missing') throw error;
    // The documented words name the folder of the table, as the operator wrote it.
    const { shownBackupDirectory: shown } = settings;
    throw new KnownError(
      'missing',
      `Backup folder ${[shown, table].filter(Boolean).join('/')} does not exist`,
      {
        cause: error,
        changed: 'Nothing was done.',
        hint: `There is no directory ${shown}. Is --backup-dir right?`,
      },
    );
  }
}

/** Where there is no store there are no backups, as documented; who mistyped its path wants to know, though. */
export async function listForMenu(tools: Tools): ReturnType<Store['list']> {
  try {
    await mendStore(undefined, false, tools);
  } catch (error) {
    if (!(error instanceof KnownError) || error.kind !== 'missing') throw error;
    tools.report.remark(error.message);
    return { backups: [], unusable: [] };
  }
  return tools.store.list();
}

/** Every table that has a backup; those whose backup cannot be used are told of. */
export async function allTables({ store, report }: Tools): Promise<readonly TableName[]> {
  const { backups, unusable } = await store.list();
  for (const { folder, problem } of unusable) report.warn(`Left out: ${folder}: ${problem}`);
  if (backups.length === 0) {
    report.say('No backups found.');
    report.warn('No backups found');
  }
  return backups.map(({ table }) => table);
}
