import { describePlan, planBackup, type BackupPlan } from '../backup/plan.js';
import type { BackupRequest } from '../backup/request.js';
import { runBackup } from '../backup/run.js';
import { EXIT_CODES, KnownError, type ExitCode } from '../errors.js';
import { exitCodeOf, summaryLines, type TableOutcome } from '../model/outcome.js';
import { newRunId } from '../model/run-id.js';
import { parseTableNames, type TableName } from '../model/table-name.js';
import { backupMenu } from './backup-menu.js';
import { commandLine } from './command-line.js';
import type { Tools } from './tools.js';

export interface BackupFlags {
  readonly tables: readonly string[];
  readonly all?: boolean;
  readonly nodeLocalOnly?: boolean;
  readonly dryRun?: boolean;
}

/** A complete request, or the exit status when there is nothing to do. */
type Asked =
  | {
      readonly request: BackupRequest;
      readonly listed: readonly TableName[] | undefined;
      /** The words after the program's name that would have asked for the same, when a person used the menu. */
      readonly sameAs?: readonly string[];
    }
  | ExitCode;

/** ask → plan → run → tell. */
export async function backupCommand(flags: BackupFlags, tools: Tools): Promise<ExitCode> {
  const asked = await ask(flags, tools);
  if (typeof asked === 'number') return asked;
  const { request } = asked;

  await tools.engine.verifyReady();
  const plan = await makePlan(asked, tools);
  if (flags.dryRun === true || plan.refusals.length > 0) tellPlan(plan, tools);
  if (plan.refusals.length > 0) {
    throw new KnownError('refused', plan.refusals.join('\n'), { changed: 'Nothing was done.' });
  }
  if (flags.dryRun === true) return EXIT_CODES.done;

  const nothingToStore = plan.steps.every(({ action }) => action !== 'back up');
  const outcomes = nothingToStore ? outcomesWithoutRun(plan, tools) : await runPlan(plan, tools);
  const exitCode = tell(request, plan, outcomes, tools);
  // The menu teaches the flags; from a pipe nobody is there to learn.
  if (asked.sameAs) tools.report.info(`The same without the menu: ${commandLine(asked.sameAs)}`);
  return exitCode;
}

async function ask(flags: BackupFlags, tools: Tools): Promise<Asked> {
  const { engine, report } = tools;
  const nodeLocalOnly = flags.nodeLocalOnly ?? false;
  const named = parseTableNames(flags.tables);
  if (flags.all === true && named.length > 0) {
    throw new KnownError('usage', '--all and names of tables exclude each other', {
      changed: 'Nothing was done.',
    });
  }
  if (named.length > 0) return { request: { tables: named, nodeLocalOnly }, listed: undefined };
  if (flags.all !== true) return askByMenu(nodeLocalOnly, tools);

  const listed = await engine.listTables();
  if (listed.length > 0) return { request: { tables: 'all', nodeLocalOnly }, listed };
  report.say('No tables found.');
  report.warn('No tables found in database');
  return EXIT_CODES.warnings;
}

async function askByMenu(nodeLocalOnly: boolean, { engine, prompter, report }: Tools): Promise<Asked> {
  const taught = (words: readonly string[]) => (prompter.canAskAgain ? { sameAs: ['backup', ...words] } : {});
  const choice = await backupMenu({ prompter, report, listTables: () => engine.listTables() });
  switch (choice.kind) {
    case 'exit':
      return EXIT_CODES.done;
    case 'no tables':
      return EXIT_CODES.warnings;
    case 'unknown table':
      return EXIT_CODES.failed;
    case 'one':
      return {
        request: { tables: [choice.table], nodeLocalOnly },
        listed: undefined,
        ...taught([choice.table]),
      };
    case 'all':
      return { request: { tables: 'all', nodeLocalOnly }, listed: choice.tables, ...taught(['--all']) };
  }
}

async function makePlan(
  { request, listed }: Exclude<Asked, number>,
  { engine, store, clock }: Tools,
): Promise<BackupPlan> {
  const names = request.tables === 'all' ? (listed ?? []) : request.tables;
  const tables = [];
  for (const name of names) tables.push({ name, described: await engine.describe(name) });
  const now = clock.now();
  return planBackup(request, {
    node: await engine.identify(),
    tables,
    takenLabels: await store.labels(),
    runId: newRunId(now),
    now,
  });
}

async function runPlan(plan: BackupPlan, tools: Tools): Promise<readonly TableOutcome[]> {
  const [first] = plan.steps.flatMap((step) => (step.action === 'back up' ? [step.record] : []));
  // A wrong --data-dir must not be found out after the snapshot.
  if (first) await tools.engine.tableDirectory(first);
  const { settings } = tools;
  await prepareStore(plan, tools);
  return runBackup(plan, {
    ...tools,
    shownRoot: settings.shownBackupDirectory,
    runbook: { endpoint: settings.endpoint, nodetool: settings.nodetool },
  });
}

/** The documented words name the folder of the table, as the operator wrote it. */
async function prepareStore({ steps }: BackupPlan, { settings, store }: Tools): Promise<void> {
  const first = steps.find(({ action }) => action === 'back up');
  await store.prepare().catch((error: unknown) => {
    if (!(error instanceof KnownError) || !first) throw error;
    const { kind, changed, hint, cause } = error;
    const shown = `${settings.shownBackupDirectory}/${first.name}/`;
    throw new KnownError(kind, error.message.replace(settings.backupDirectory, shown), {
      cause,
      ...(changed === undefined ? {} : { changed }),
      ...(hint === undefined ? {} : { hint }),
    });
  });
}

/** Nothing can be stored, so that neither the store nor the node needs to be touched. */
function outcomesWithoutRun({ steps }: BackupPlan, { report }: Tools): readonly TableOutcome[] {
  return steps.flatMap((step): readonly TableOutcome[] => {
    if (step.action === 'back up') return [];
    if (step.action === 'skip') {
      report.warn(`Skipped ${step.name}: ${step.reason}`);
      return [{ table: step.name, result: 'skipped', reason: step.reason }];
    }
    report.error(step.reason);
    return [{ table: step.name, result: 'failed', error: step.reason, kind: 'missing', before: 'untouched' }];
  });
}

function tell(
  request: BackupRequest,
  plan: BackupPlan,
  outcomes: readonly TableOutcome[],
  { report }: Tools,
): ExitCode {
  const [only] = outcomes;
  if (request.tables !== 'all' && request.tables.length === 1 && only) {
    report.say('');
    report.say(tellOne(only));
  } else {
    for (const line of summaryLines('Backup', outcomes)) report.say(line);
  }
  const failed = exitCodeOf(outcomes);
  const exitCode = failed === EXIT_CODES.done && report.warnings.length > 0 ? EXIT_CODES.warnings : failed;
  report.summary({ command: 'backup', label: plan.label, exitCode, outcomes, warnings: report.warnings });
  return exitCode;
}

function tellOne(outcome: TableOutcome): string {
  if (outcome.result === 'done') return `✅ Backup completed successfully for ${outcome.table}`;
  if (outcome.result === 'failed' && outcome.kind === 'missing') return `❌ ${outcome.error}`;
  return `❌ Backup failed for ${outcome.table}`;
}

function tellPlan(plan: BackupPlan, { report }: Tools): void {
  for (const line of describePlan(plan)) report.say(line);
  report.summary({
    command: 'backup',
    dryRun: true,
    label: plan.label,
    tables: plan.steps.map((step) => ({ table: step.name, action: step.action })),
    refusals: plan.refusals,
  });
}
