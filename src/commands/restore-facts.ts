import { KnownError, messageOf } from '../errors.js';
import { newRunId } from '../model/run-id.js';
import type { TableName } from '../model/table-name.js';
import { planRestore, type FoundBackup, type RestorePlan, type TableFacts } from '../restore/plan.js';
import type { RestoreRequest } from '../restore/request.js';
import { readSavedSchema } from '../restore/saved-schema.js';
import { errorCode } from '../system/files.js';
import { allTables } from './backups-there.js';
import { describeAlone } from './describe-alone.js';
import type { Tools } from './tools.js';

/** What will happen, from what the store and the node say. Changes nothing. */
export async function makePlan(request: RestoreRequest, tools: Tools): Promise<RestorePlan> {
  const { engine, clock } = tools;
  const names = request.tables === 'all' ? await allTables(tools) : request.tables;
  const tables: TableFacts[] = [];
  for (const name of names) tables.push(await factsOf(name, request.from, tools));
  const now = clock.now();
  return planRestore(request, { node: await engine.identify(), tables, runId: newRunId(now), now });
}

/** A table that the node cannot describe, like a backup that cannot be used, fails only itself. */
async function factsOf(name: TableName, label: string | undefined, tools: Tools): Promise<TableFacts> {
  const { engine } = tools;
  const found = await findBackup(name, label, tools);
  const seen = await describeAlone(
    async () => ({ live: await engine.describe(name), neighbours: await engine.neighbours(name) }),
    engine,
  );
  if (!(seen instanceof KnownError)) return { name, found, ...seen };
  const refusal = 'problem' in found ? found : { problem: seen.message, kind: seen.kind };
  return { name, found: refusal, live: { kind: 'missing' }, neighbours: [] };
}

/** A backup that cannot be used fails its own table only. */
async function findBackup(
  name: TableName,
  label: string | undefined,
  { store, settings }: Tools,
): Promise<FoundBackup> {
  try {
    const backup = await store.find(name, label);
    return { backup, saved: await readSavedSchema(backup, store) };
  } catch (thrown) {
    const error = asFilesError(thrown);
    // The documented lines name the folder as the operator wrote it.
    return {
      problem: error.message.replaceAll(settings.backupDirectory, settings.shownBackupDirectory),
      kind: error.kind,
    };
  }
}

/** A backup that was made by somebody else can be as unreadable as it is damaged. */
function asFilesError(error: unknown): KnownError {
  if (error instanceof KnownError) return error;
  if (!['EACCES', 'EPERM', 'EIO'].includes(errorCode(error) ?? '')) throw error;
  return new KnownError('files', `The backup cannot be read: ${messageOf(error)}`, { cause: error });
}
