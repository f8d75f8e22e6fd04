import { KnownError, messageOf } from '../errors.js';
import { isPattern } from '../model/name-pattern.js';
import { newRunId } from '../model/run-id.js';
import type { TableName } from '../model/table-name.js';
import { planRestore, type FoundSource, type RestorePlan, type TableFacts } from '../restore/plan.js';
import { renamedSchema } from '../model/renamed-schema.js';
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
  for (const name of names) {
    const target = request.as ?? name;
    const facts = isPattern(name)
      ? factsOfPattern(name)
      : await factsOf(target, await findBackup(name, request.from, target, tools), tools);
    tables.push(facts);
  }
  const now = clock.now();
  return planRestore(request, { node: await engine.identify(), tables, runId: newRunId(now), now });
}

/** A table that the node cannot describe, like a backup that cannot be used, fails only itself. */
export async function factsOf(
  name: TableName,
  found: FoundSource,
  { engine }: Pick<Tools, 'engine'>,
): Promise<TableFacts> {
  const seen = await describeAlone(
    async () => ({ live: await engine.describe(name), neighbours: await engine.neighbours(name) }),
    engine,
  );
  if (!(seen instanceof KnownError)) return { name, found, ...seen };
  const refusal = 'problem' in found ? found : { problem: seen.message, kind: seen.kind };
  return { name, found: refusal, live: { kind: 'missing' }, neighbours: [] };
}

/** It stands for tables that are not there. */
const factsOfPattern = (pattern: TableName): TableFacts => ({
  name: pattern,
  found: { problem: `No backup is of a table that matches '${pattern}'`, kind: 'missing' },
  live: { kind: 'missing' },
  neighbours: [],
});

/** A backup that cannot be used fails its own table only. `target`: what the table will be called. */
export async function findBackup(
  name: TableName,
  label: string | undefined,
  target: TableName,
  { store, settings }: Pick<Tools, 'store' | 'settings'>,
): Promise<FoundSource> {
  try {
    const backup = await store.find(name, label);
    const saved = await readSavedSchema(backup, store);
    return {
      source: { kind: 'backup', backup },
      saved: { ...saved, record: renamedSchema(saved.record, name, target) },
    };
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
