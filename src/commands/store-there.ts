import { KnownError } from '../errors.js';
import type { StoreTools } from './tools.js';

/** Rejects with `missing` or `files`, in the operator's own words for the place, where there is no store to look into. */
export async function expectStoreThere({
  store,
  settings,
}: Pick<StoreTools, 'store' | 'settings'>): Promise<void> {
  try {
    await store.expectThere();
  } catch (error) {
    if (!(error instanceof KnownError) || error.kind !== 'missing') throw error;
    const { shownBackupDirectory: shown } = settings;
    throw new KnownError('missing', `Backup folder ${shown} does not exist`, {
      cause: error,
      changed: 'Nothing was done.',
      hint: `There is no directory ${shown}. Is --backup-dir right?`,
    });
  }
}

/** Paths below the store as the operator wrote them. */
export const asShown = (text: string, { settings }: Pick<StoreTools, 'settings'>): string =>
  text.replaceAll(settings.backupDirectory, settings.shownBackupDirectory);
