import { findBaseline } from '../backup/baseline.js';
import { planBackup, type BackupPlan, type PlannedBaseline, type TableStep } from '../backup/plan.js';
import type { BackupRequest } from '../backup/request.js';
import { KnownError } from '../errors.js';
import { isPattern } from '../model/name-pattern.js';
import { newRunId } from '../model/run-id.js';
import type { TableName } from '../model/table-name.js';
import { describeAlone } from './describe-alone.js';
import type { Tools } from './tools.js';

/** Gathers what is known of the tables and of earlier backups, and plans with it. What cannot be known of one table fails only that one. */
export async function makePlan(
  { request, listed }: { readonly request: BackupRequest; readonly listed: readonly TableName[] | undefined },
  { engine, store, clock }: Tools,
): Promise<BackupPlan> {
  const names = request.tables === 'all' ? (listed ?? []) : request.tables;
  const tables = [];
  const failed = new Map<TableName, KnownError>();
  for (const name of names) {
    if (isPattern(name)) {
      failed.set(name, new KnownError('missing', `No table matches '${name}'.`));
      continue;
    }
    const described = await describeAlone(() => engine.describe(name), engine);
    if (described instanceof Error) failed.set(name, described);
    else tables.push({ name, described });
  }
  const baselines = new Map<TableName, PlannedBaseline>();
  for (const { name } of tables) {
    try {
      const found = await findBaseline(name, request, store);
      // No more of it: manifests are long, and tables many.
      baselines.set(name, typeof found === 'string' ? found : { label: found.label });
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      failed.set(name, error);
    }
  }
  const now = clock.now();
  const plan = planBackup(request, {
    node: await engine.identify(),
    tables,
    takenLabels: await store.labels(),
    baselines,
    runId: newRunId(now),
    now,
  });
  // In the order of the request.
  const steps = names.flatMap((name): readonly TableStep[] => {
    const error = failed.get(name);
    return error === undefined
      ? plan.steps.filter((step) => step.name === name)
      : [
          {
            action: 'fail',
            name,
            reason: error.message,
            kind: error.kind,
            ...(error.hint === undefined ? {} : { hint: error.hint }),
          },
        ];
  });
  return { ...plan, steps };
}
