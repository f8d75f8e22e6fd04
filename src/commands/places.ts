import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Engine } from '../engine/engine.js';
import { KnownError } from '../errors.js';
import { directoryName, type TableRecord } from '../model/table-record.js';
import type { Settings } from '../settings.js';
import { errorCode } from '../system/files.js';

type Places = Pick<Settings, 'backupDirectory' | 'logDirectory' | 'dataDirectory'>;

/** Something of ours would lie where the server looks. Not even this refusal may be logged there. */
export class WrongPlace extends KnownError {
  constructor(flag: string, place: string, data: string) {
    super('refused', `${flag} ${place} lies in the data directory of the server, ${data}`, {
      changed: 'Nothing was done.',
      hint: `A server that finds files of somebody else there does not start any more. Pass another ${flag}.`,
    });
  }
}

/**
 * What can be told without asking a server: rejects with `WrongPlace` where the backups or the log would lie in the data
 * directory that was named, or in any that holds a server's own keyspaces.
 */
export async function expectOutsideAnyServer(settings: Places): Promise<void> {
  const named = settings.dataDirectory === undefined ? undefined : await realPlace(settings.dataDirectory);
  await expectOutside(
    settings,
    async (directory) => directory === named || (await isDataOfServer(directory)),
  );
}

/** The same with the directories of these tables, as the node knows them. */
export async function expectOutsideNode(settings: Places, tables: readonly TableRecord[]): Promise<void> {
  await expectOutside(settings, async (directory) => {
    for (const table of tables) {
      if (await isDirectory(join(directory, table.keyspace, directoryName(table)))) return true;
    }
    return false;
  });
}

async function expectOutside(
  { backupDirectory, logDirectory }: Places,
  isData: (directory: string) => Promise<boolean>,
): Promise<void> {
  for (const [flag, place] of [
    ['--backup-dir', backupDirectory],
    ['--log-dir', logDirectory],
  ] as const) {
    for (let at = await realPlace(place); ; at = dirname(at)) {
      if (await isData(at)) throw new WrongPlace(flag, place, at);
      if (at === dirname(at)) break;
    }
  }
}

/**
 * The folder that holds this node's data directory: the same for all who work on the node, whichever store they use and
 * whoever they are.
 */
export async function folderOfNode(engine: Engine): Promise<string> {
  const work = await engine.workDirectory();
  return isHidden(work) ? dirname(dirname(work)) : dirname(work);
}

/** Within the data directory, since there was no place beside it. */
const isHidden = (workDirectory: string): boolean => basename(workDirectory).startsWith('.');

/** Every Scylla and every Cassandra has these two. */
const isDataOfServer = async (directory: string): Promise<boolean> =>
  (await isDirectory(join(directory, 'system'))) && isDirectory(join(directory, 'system_schema'));

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    // Whom we may not look at we cannot recognize; whoever may not look there cannot write there either.
    () => false,
  );

/** The path without symbolic links, of a folder that need not be there yet. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error) ?? '') || path === dirname(path))
      throw error;
    return join(await realPlace(dirname(path)), basename(path));
  }
}
