import type { Writable } from 'node:stream';
import { EXIT_CODES, type ExitCode } from '../errors.js';
import { parseTableNames, type TableName } from '../model/table-name.js';
import { listedJson, listLines, type Listed } from './list-lines.js';
import { expectStoreThere } from './store-there.js';
import type { StoreTools } from './tools.js';

export interface ListFlags {
  /** Their generations, one by one; without any the newest of every table. */
  readonly tables: readonly string[];
}

/**
 * Shows what a store holds. Needs neither a database nor a lock, and writes nothing. Exit status 1 where a table was named
 * that has no backup, 3 where the store holds none at all.
 */
export async function listCommand(
  flags: ListFlags,
  tools: StoreTools,
  stdout: Pick<Writable, 'write'>,
): Promise<ExitCode> {
  const { settings, report, clock, store } = tools;
  const tables = parseTableNames(flags.tables);
  await expectStoreThere(tools);
  const listed = tables.length === 0 ? await newestOfAll(tools) : await generationsOf(tables, tools);
  const missing = tables.filter((table) => !listed.some((each) => each.table === table));

  if (settings.json) {
    const backups = listed.map(listedJson);
    stdout.write(
      `${JSON.stringify({ store: store.root, backups, ...(tables.length > 0 ? { missing } : {}) })}\n`,
    );
  } else {
    for (const line of listLines(listed, clock.now())) report.say(line);
    for (const table of missing)
      report.error(`Backup folder ${settings.shownBackupDirectory}/${table} does not exist`);
  }
  if (missing.length > 0) return EXIT_CODES.failed;
  return listed.length === 0 ? EXIT_CODES.warnings : EXIT_CODES.done;
}

const newestOfAll = async ({ store }: StoreTools): Promise<readonly Listed[]> =>
  (await store.survey()).map(({ table, newest, versions }) => ({
    table,
    generation: newest,
    number: 1,
    versions,
    asOneOf: false,
  }));

async function generationsOf(
  tables: readonly TableName[],
  { store }: StoreTools,
): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  for (const table of tables) {
    const generations = await store.generations(table);
    generations.forEach((generation, index) =>
      listed.push({ table, generation, number: index + 1, versions: generations.length, asOneOf: true }),
    );
  }
  return listed;
}
