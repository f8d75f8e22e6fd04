import type { Writable } from 'node:stream';
import { EXIT_CODES, KnownError, type ExitCode } from '../errors.js';
import { isLabel } from '../model/label.js';
import { parseTableName, type TableName } from '../model/table-name.js';
import { generationLabel } from '../store/generation-label.js';
import { README_FILE } from '../store/layout.js';
import type { StoredBackup } from '../store/store.js';
import { exists } from '../system/files.js';
import { documentedLines, manifestLines } from './show-lines.js';
import { asShown, expectStoreThere } from './store-there.js';
import type { StoreTools } from './tools.js';

export interface ShowFlags {
  readonly table: string;
  /** The newest without it. */
  readonly label?: string;
}

/** Shows one backup: its manifest for people, or as it is. Needs neither a database nor a lock, and writes nothing. */
export async function showCommand(
  flags: ShowFlags,
  tools: StoreTools,
  stdout: Pick<Writable, 'write'>,
): Promise<ExitCode> {
  const { settings, store, report, clock } = tools;
  const table = parseTableName(flags.table);
  if (flags.label !== undefined && !isLabel(flags.label))
    throw new KnownError('usage', `'${flags.label}' is not a label`, { changed: 'Nothing was done.' });
  await expectStoreThere(tools);
  const backup = await findShown(table, flags.label, tools);
  if (settings.json) {
    stdout.write(`${JSON.stringify(manifestOf(backup, tools), null, 2)}\n`);
    return EXIT_CODES.done;
  }
  const readme = `${backup.folder}/${README_FILE}`;
  const facts = {
    folder: asShown(backup.folder, tools),
    readme: (await exists(readme)) ? asShown(readme, tools) : undefined,
    isNewest: flags.label === undefined,
    verified: await store.verified(backup),
    now: clock.now(),
  };
  const lines =
    backup.kind === 'manifest' ? manifestLines(backup.manifest, facts) : documentedLines(backup, facts);
  for (const line of lines) report.say(line);
  return EXIT_CODES.done;
}

function manifestOf(backup: StoredBackup, tools: StoreTools): object {
  if (backup.kind === 'manifest') return backup.manifest;
  throw new KnownError(
    'missing',
    `${asShown(backup.folder, tools)} has no manifest: the documented scripts made it`,
    { hint: 'Leave out --json to see what it is.' },
  );
}

/** Rejects with what `find` says, in the operator's words, and with the labels that there are. */
export async function findShown(
  table: TableName,
  label: string | undefined,
  tools: StoreTools,
): Promise<StoredBackup> {
  const { store } = tools;
  try {
    return await store.find(table, label);
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    const { kind, changed } = error;
    const isUnknownLabel = kind === 'missing' && label !== undefined;
    const labels = isUnknownLabel ? await labelsOf(table, tools) : [];
    const message =
      labels.length > 0
        ? `There is no backup ${label ?? ''} of '${table}'`
        : isUnknownLabel
          ? `Backup folder ${asShown(`${store.root}/${table}`, tools)} does not exist`
          : asShown(error.message, tools);
    const hint = labels.length > 0 ? `There are: ${labels.join(', ')}.` : error.hint;
    throw new KnownError(kind, message, {
      cause: error,
      ...(changed === undefined ? {} : { changed }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

async function labelsOf(table: TableName, { store }: StoreTools): Promise<readonly string[]> {
  return (await store.generations(table)).flatMap(({ found }) =>
    'problem' in found ? [] : (generationLabel(found) ?? []),
  );
}
