import { describePlan, failureOf, type BackupPlan, type TableStep } from '../backup/plan.js';
import type { BackupRequest, TypeWanted } from '../backup/request.js';
import { runBackup, type RanBackup } from '../backup/run.js';
import { EXIT_CODES, KnownError, type ExitCode } from '../errors.js';
import type { TableOutcome } from '../model/outcome.js';
import { hasPatterns, selectNames } from '../model/name-pattern.js';
import type { TableName } from '../model/table-name.js';
import type { TableRecord } from '../model/table-record.js';
import { tellFailure } from '../terminal/tell-failure.js';
import { makePlan } from './backup-facts.js';
import { backupMenu } from './backup-menu.js';
import { failedOutcome, tell, tellPlan } from './backup-result.js';
import { commandLine, type Choice } from './command-line.js';
import { nothingLeft, selectionOf } from './names-asked.js';
import { onNode } from './on-node.js';
import { expectOutsideNode } from './places.js';
import type { Tools } from './tools.js';
import { unfinishedNow, unfinishedTables } from './unfinished-jobs.js';

export interface BackupFlags {
  readonly tables: readonly string[];
  readonly all?: boolean;
  readonly exclude?: readonly string[];
  readonly nodeLocalOnly?: boolean;
  readonly checksum?: boolean;
  readonly type?: TypeWanted;
  readonly baseline?: string;
  readonly dryRun?: boolean;
  /** The words that the program was started with, for what the menu teaches. */
  readonly typed?: readonly string[];
}

/** A complete request, or the exit status when there is nothing to do. */
type Asked =
  | {
      readonly request: BackupRequest;
      readonly listed: readonly TableName[] | undefined;
      /** What would have asked for the same, when a person used the menu. */
      readonly sameAs?: Choice;
    }
  | ExitCode;

/** ask → plan → run → tell. */
export async function backupCommand(flags: BackupFlags, tools: Tools): Promise<ExitCode> {
  const asked = await ask(flags, tools);
  if (typeof asked === 'number') return asked;

  await tools.engine.verifyReady();
  const plan = await refuseUnfinished(asked.request, await makePlan(asked, tools), tools);
  const records = recordsOf(plan);
  await expectOutsideNode(tools.settings, records);
  expectNoRefusals(plan, tools);
  if (flags.dryRun === true) return tellPlan(plan, tools);

  const ran = await (records.length === 0
    ? outcomesWithoutRun(plan, tools)
    : runPlan(asked.request, plan, tools));
  const exitCode = tell(asked.request, ran, tools);
  // The menu teaches the flags; from a pipe nobody is there to learn.
  if (asked.sameAs) tools.report.info(`The same without the menu: ${commandLine(asked.sameAs)}`);
  return exitCode;
}

/** What a restore that was cut off has left in a table is no state that anybody wants back. */
async function refuseUnfinished(
  { tables }: BackupRequest,
  plan: BackupPlan,
  tools: Tools,
  look: typeof unfinishedTables = unfinishedTables,
): Promise<BackupPlan> {
  const unfinished = await look(
    plan.steps.map(({ name }) => name),
    tools,
  );
  const reasons = [...unfinished.values()];
  if (tables !== 'all' || reasons.length === 0) return { ...plan, refusals: [...plan.refusals, ...reasons] };
  const steps = plan.steps.map((step): TableStep => {
    const reason = unfinished.get(step.name);
    return reason === undefined ? step : { action: 'fail', name: step.name, reason, kind: 'refused' };
  });
  return { ...plan, steps };
}

/** One refusal is of the whole run: nothing was done for any table. */
function expectNoRefusals(plan: BackupPlan, { report }: Tools): void {
  if (plan.refusals.length === 0) return;
  for (const line of describePlan(plan)) report.say(line);
  throw new KnownError('refused', plan.refusals.join('\n'), { changed: 'Nothing was done.' });
}

const recordsOf = ({ steps }: BackupPlan): readonly TableRecord[] =>
  steps.flatMap((step) => (step.action === 'back up' ? [step.record] : []));

async function ask(flags: BackupFlags, tools: Tools): Promise<Asked> {
  const { engine, report } = tools;
  const options = optionsOf(flags);
  const selection = selectionOf(flags);
  if (selection === 'menu') return askByMenu(options, flags.typed ?? ['backup'], tools);

  const isLookingNeeded = selection.words === 'all' || hasPatterns(selection);
  const known = isLookingNeeded ? await engine.listTables() : [];
  if (selection.words === 'all' && known.length === 0) {
    report.say('No tables found.');
    report.warn('No tables found in database');
    return EXIT_CODES.warnings;
  }
  const { names, byPattern } = selectNames(selection, known);
  if (names.length === 0) return nothingLeft(report);
  if (selection.words === 'all') return { request: { ...options, tables: 'all' }, listed: names };
  return { request: { ...options, tables: names, byPattern }, listed: undefined };
}

type RequestOptions = Omit<BackupRequest, 'tables' | 'byPattern'>;

function optionsOf({ nodeLocalOnly = false, checksum = false, type, baseline }: BackupFlags): RequestOptions {
  if (baseline === undefined) return { nodeLocalOnly, checksum, type: type ?? 'auto' };
  if (type === 'full')
    throw new KnownError('usage', '--baseline names a backup to build on, and --type full builds on none', {
      changed: 'Nothing was done.',
      hint: 'Leave one of them out.',
    });
  return { nodeLocalOnly, checksum, type: 'incremental', baseline };
}

async function askByMenu(
  options: RequestOptions,
  words: readonly string[],
  { engine, prompter, report }: Tools,
): Promise<Asked> {
  const taught = (choice: Omit<Choice, 'words'>) =>
    prompter.canAskAgain ? { sameAs: { words, ...choice } } : {};
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
        request: { ...options, tables: [choice.table] },
        listed: undefined,
        ...taught({ flags: [], tables: [choice.table] }),
      };
    case 'all':
      return {
        request: { ...options, tables: 'all' },
        listed: choice.tables,
        ...taught({ flags: ['--all'], tables: [] }),
      };
  }
}

async function runPlan(request: BackupRequest, plan: BackupPlan, tools: Tools): Promise<RanBackup> {
  const { settings } = tools;
  const [first] = recordsOf(plan);
  // A wrong --data-dir must not be found out after the snapshot.
  if (first) await tools.engine.tableDirectory(first);
  return onNode('backup', tools, async () => {
    // Since it was looked for, another run may have been cut off.
    const still = await refuseUnfinished(request, plan, tools, unfinishedNow);
    expectNoRefusals(still, tools);
    if (recordsOf(still).length === 0) return outcomesWithoutRun(still, tools);
    await prepareStore(still, tools);
    return runBackup(still, {
      ...tools,
      shownRoot: settings.shownBackupDirectory,
      runbook: { endpoint: settings.endpoint, nodetool: settings.nodetool },
    });
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
async function outcomesWithoutRun(
  { steps, labels, expected }: BackupPlan,
  { report }: Tools,
): Promise<RanBackup> {
  const outcomes = steps.flatMap((step): readonly TableOutcome[] => {
    if (step.action === 'back up') return [];
    if (step.action === 'skip') {
      report.warn(`Skipped ${step.name}: ${step.reason}`);
      return [{ table: step.name, result: 'skipped', reason: step.reason }];
    }
    tellFailure(failureOf(step), report);
    return [failedOutcome(step.name, step.reason)];
  });
  return { label: labels[expected], outcomes };
}
