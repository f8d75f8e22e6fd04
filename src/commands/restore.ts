import { EXIT_CODES, KnownError, messageOf, type ExitCode } from '../errors.js';
import { isLabel } from '../model/label.js';
import { exitCodeOf, summaryLines, type TableOutcome } from '../model/outcome.js';
import { newRunId } from '../model/run-id.js';
import { parseTableNames, type TableName } from '../model/table-name.js';
import {
  describePlan,
  planRestore,
  type FoundBackup,
  type RestorePlan,
  type TableFacts,
} from '../restore/plan.js';
import type { RestoreRequest, SchemaWay } from '../restore/request.js';
import { runRestore } from '../restore/run.js';
import { readSavedSchema } from '../restore/saved-schema.js';
import type { TableRecord } from '../model/table-record.js';
import type { Store } from '../store/store.js';
import { errorCode } from '../system/files.js';
import { visibleText } from '../terminal/visible-text.js';
import { commandLine, type Choice } from './command-line.js';
import { describeAlone } from './describe-alone.js';
import { exitCodeAfter, interruptionOf, tellInterruption } from './interruption.js';
import { unnamedFailures } from './unnamed-failures.js';
import { isConfirmed } from './menu.js';
import { onNode } from './on-node.js';
import { expectOutsideNode } from './places.js';
import { restoreMenu } from './restore-menu.js';
import type { Tools } from './tools.js';

export interface RestoreFlags {
  readonly tables: readonly string[];
  readonly all?: boolean;
  readonly from?: string;
  readonly offline?: boolean;
  readonly schema?: string;
  readonly nodeLocalOnly?: boolean;
  /** False with `--no-table-options`. */
  readonly tableOptions?: boolean;
  readonly strictViews?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  /** The words that the program was started with, for what the menu teaches. */
  readonly typed?: readonly string[];
}

/** A complete request, or the exit status when there is nothing to do. */
type Asked =
  | {
      readonly request: RestoreRequest;
      readonly confirmed: boolean;
      readonly all: boolean;
      /** What would have asked for the same, when a person used the menu. */
      readonly sameAs?: Choice;
    }
  | ExitCode;

/** ask → plan → confirm → run → tell. */
export async function restoreCommand(flags: RestoreFlags, tools: Tools): Promise<ExitCode> {
  const asked = await ask(flags, tools);
  if (typeof asked === 'number') return asked;

  await tools.engine.verifyReady();
  const plan = await makePlan(asked.request, tools);
  await expectOutsideNode(tools.settings, recordsOf(plan));
  if (flags.dryRun === true) return tellPlan(plan, tools);
  const isPossible = plan.steps.some(({ action }) => action !== 'fail');
  if (!asked.confirmed && isPossible && !(await confirm(plan, tools))) return decline(tools);

  await tools.store.prepare();
  const outcomes = await onNode('restore', tools, () =>
    runRestore(plan, { ...tools, shownRoot: tools.settings.shownBackupDirectory }),
  );
  const exitCode = tell(asked.all || plan.steps.length > 1, outcomes, tools);
  if (asked.sameAs) tools.report.info(`The same without the menu: ${commandLine(asked.sameAs)}`);
  return exitCode;
}

const recordsOf = ({ steps }: RestorePlan): readonly TableRecord[] =>
  steps.flatMap((step) => ('live' in step && step.live ? [step.live] : []));

async function ask(flags: RestoreFlags, tools: Tools): Promise<Asked> {
  const named = parseTableNames(flags.tables);
  const all = flags.all === true;
  const confirmed = flags.yes === true || flags.dryRun === true;
  const options = parseOptions(flags);
  if (all && named.length > 0) throw usage('--all and names of tables exclude each other');
  if (!all && named.length === 0) return askByMenu(options, flags, tools);
  if (!confirmed && !tools.isTerminal) {
    throw usage(
      'A restore replaces tables, and nobody is here to agree',
      'Pass --yes, or --dry-run to see what would happen.',
    );
  }
  await mendStore(named[0], flags.dryRun === true, tools);
  const tables = all ? await allTables(tools) : named;
  if (tables.length === 0) return EXIT_CODES.warnings;
  return { request: { ...options, tables }, confirmed, all };
}

async function askByMenu(
  options: Omit<RestoreRequest, 'tables'>,
  flags: RestoreFlags,
  tools: Tools,
): Promise<Asked> {
  const { prompter, report } = tools;
  const choice = await restoreMenu({
    prompter,
    report,
    list: () => listForMenu(tools),
    confirmed: flags.yes === true,
  });
  switch (choice.kind) {
    case 'exit':
      return EXIT_CODES.done;
    case 'no backups':
      return EXIT_CODES.warnings;
    case 'unknown table':
      return EXIT_CODES.failed;
    case 'declined':
      return decline(tools);
    case 'tables': {
      const { all, tables } = choice;
      const sameAs = {
        words: flags.typed ?? ['restore'],
        flags: all ? ['--yes', '--all'] : ['--yes'],
        tables: all ? [] : tables,
      };
      return {
        request: { ...options, tables },
        confirmed: true,
        all,
        ...(prompter.canAskAgain ? { sameAs } : {}),
      };
    }
  }
}

function parseOptions(flags: RestoreFlags): Omit<RestoreRequest, 'tables'> {
  const { from, schema = 'alternator' } = flags;
  if (from !== undefined && !isLabel(from)) throw usage(`--from '${from}' is not a label`);
  if (!isSchemaWay(schema)) throw usage(`--schema must be alternator or cql, not '${schema}'`);
  return {
    from,
    schema,
    offline: flags.offline ?? false,
    noTableOptions: flags.tableOptions === false,
    strictViews: flags.strictViews ?? false,
    nodeLocalOnly: flags.nodeLocalOnly ?? false,
  };
}

const isSchemaWay = (text: string): text is SchemaWay => text === 'alternator' || text === 'cql';

/** What a run that was cut off left half published must be found, and must be found before a person chooses. */
async function mendStore(
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
async function listForMenu(tools: Tools): ReturnType<Store['list']> {
  try {
    await mendStore(undefined, false, tools);
  } catch (error) {
    if (!(error instanceof KnownError) || error.kind !== 'missing') throw error;
    tools.report.remark(error.message);
    return { backups: [], unusable: [] };
  }
  return tools.store.list();
}

async function allTables({ store, report }: Tools): Promise<readonly TableName[]> {
  const { backups, unusable } = await store.list();
  for (const { folder, problem } of unusable) report.warn(`Left out: ${folder}: ${problem}`);
  if (backups.length === 0) {
    report.say('No backups found.');
    report.warn('No backups found');
  }
  return backups.map(({ table }) => table);
}

async function makePlan(request: RestoreRequest, tools: Tools): Promise<RestorePlan> {
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

async function confirm(plan: RestorePlan, { prompter }: Tools): Promise<boolean> {
  for (const line of describePlan(plan)) prompter.show(visibleText(line));
  return isConfirmed(prompter, 'Are you sure you want to proceed? (yes/no): ');
}

function decline({ report }: Tools): ExitCode {
  report.info('Restore declined; nothing was changed');
  return EXIT_CODES.declined;
}

/** The exit status is the one that a run would begin with. */
function tellPlan(plan: RestorePlan, { report }: Tools): ExitCode {
  const failed = plan.steps.filter((step) => step.action === 'fail');
  for (const line of describePlan(plan)) report.say(line);
  for (const { name, reason } of failed) report.error(`${name}: ${reason}`);
  const exitCode =
    failed.length === 0
      ? EXIT_CODES.done
      : exitCodeFor(
          plan.steps.map((step) =>
            step.action === 'fail'
              ? {
                  table: step.name,
                  result: 'failed',
                  error: step.reason,
                  kind: step.kind,
                  before: 'untouched',
                }
              : { table: step.name, result: 'done' },
          ),
          [],
        );
  report.summary({
    command: 'restore',
    dryRun: true,
    exitCode,
    tables: plan.steps.map((step) => ({
      table: step.name,
      action: step.action,
      ...('reason' in step ? { reason: step.reason } : {}),
    })),
  });
  return exitCode;
}

function tell(asBatch: boolean, outcomes: readonly TableOutcome[], { report, signal }: Tools): ExitCode {
  const [only] = outcomes;
  const wish = interruptionOf(outcomes, signal);
  // The documented line of each failed table of a batch.
  const failed = outcomes.flatMap(({ result, table }) => (result === 'failed' ? [table] : []));
  for (const table of asBatch ? failed : unnamedFailures(outcomes))
    report.error(`❌ ${table} failed to restore`);
  if (asBatch) {
    for (const line of summaryLines('Restore', outcomes)) report.say(line);
    if (outcomes.every(({ result }) => result === 'done')) {
      report.say('');
      report.say('All tables restored successfully!');
    }
  } else if (only && !wish) {
    report.say('');
    report.say(
      only.result === 'done'
        ? `✅ Table '${only.table}' restored successfully!`
        : `❌ Table '${only.table}' failed to restore`,
    );
  }
  const exitCode = wish ? exitCodeAfter(wish, outcomes) : exitCodeFor(outcomes, report.warnings);
  if (wish) tellInterruption('restore', wish, outcomes, report);
  report.summary({
    command: 'restore',
    exitCode,
    outcomes,
    warnings: report.warnings,
    ...(wish ? { error: wish.message } : {}),
  });
  return exitCode;
}

/** Where every table was refused before it was touched, the run as a whole was. */
function exitCodeFor(outcomes: readonly TableOutcome[], warnings: readonly string[]): ExitCode {
  const refused = outcomes.every(
    (outcome) => outcome.result === 'failed' && outcome.before === 'untouched' && outcome.kind !== 'missing',
  );
  if (refused) return EXIT_CODES.refused;
  const failed = exitCodeOf(outcomes);
  return failed === EXIT_CODES.done && warnings.length > 0 ? EXIT_CODES.warnings : failed;
}

const usage = (message: string, hint?: string): KnownError =>
  new KnownError('usage', message, { changed: 'Nothing was done.', ...(hint === undefined ? {} : { hint }) });
