import { EXIT_CODES, KnownError, type ExitCode } from '../errors.js';
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
import { commandLine } from './command-line.js';
import { isConfirmed } from './menu.js';
import { restoreMenu } from './restore-menu.js';
import type { Tools } from './tools.js';

export interface RestoreFlags {
  readonly tables: readonly string[];
  readonly all?: boolean;
  readonly from?: string;
  readonly offline?: boolean;
  readonly schema?: string;
  readonly nodeLocalOnly?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** A complete request, or the exit status when there is nothing to do. */
type Asked =
  | {
      readonly request: RestoreRequest;
      readonly confirmed: boolean;
      readonly all: boolean;
      /** The words after the program's name that would have asked for the same, when a person used the menu. */
      readonly sameAs?: readonly string[];
    }
  | ExitCode;

/** ask → plan → confirm → run → tell. */
export async function restoreCommand(flags: RestoreFlags, tools: Tools): Promise<ExitCode> {
  const asked = await ask(flags, tools);
  if (typeof asked === 'number') return asked;

  await tools.engine.verifyReady();
  const plan = await makePlan(asked.request, tools);
  if (flags.dryRun === true) return tellPlan(plan, tools);
  if (!asked.confirmed && !(await confirm(plan, tools))) return decline(tools);

  await tools.store.prepare();
  const outcomes = await runRestore(plan, { ...tools, shownRoot: tools.settings.shownBackupDirectory });
  const exitCode = tell(asked.all || plan.steps.length > 1, outcomes, tools);
  if (asked.sameAs) tools.report.info(`The same without the menu: ${commandLine(asked.sameAs)}`);
  return exitCode;
}

async function ask(flags: RestoreFlags, tools: Tools): Promise<Asked> {
  const named = parseTableNames(flags.tables);
  const all = flags.all === true;
  const confirmed = flags.yes === true || flags.dryRun === true;
  const options = parseOptions(flags);
  if (all && named.length > 0) throw usage('--all and names of tables exclude each other');
  if (!all && named.length === 0) return askByMenu(options, flags.yes === true, tools);
  if (!confirmed && !tools.isTerminal) {
    throw usage(
      'A restore replaces tables, and nobody is here to agree',
      'Pass --yes, or --dry-run to see what would happen.',
    );
  }
  const tables = all ? await allTables(tools) : named;
  if (tables.length === 0) return EXIT_CODES.warnings;
  return { request: { ...options, tables }, confirmed, all };
}

async function askByMenu(
  options: Omit<RestoreRequest, 'tables'>,
  confirmed: boolean,
  tools: Tools,
): Promise<Asked> {
  const { prompter, report, store } = tools;
  const choice = await restoreMenu({ prompter, report, list: () => store.list(), confirmed });
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
      const words = choice.all ? ['--all'] : choice.tables;
      return {
        request: { ...options, tables: choice.tables },
        confirmed: true,
        all: choice.all,
        ...(prompter.canAskAgain ? { sameAs: ['restore', '--yes', ...words] } : {}),
      };
    }
  }
}

function parseOptions(flags: RestoreFlags): Omit<RestoreRequest, 'tables'> {
  const { from, schema = 'alternator' } = flags;
  if (from !== undefined && !isLabel(from)) throw usage(`--from '${from}' is not a label`);
  if (!isSchemaWay(schema)) throw usage(`--schema must be alternator or cql, not '${schema}'`);
  return { from, schema, offline: flags.offline ?? false, nodeLocalOnly: flags.nodeLocalOnly ?? false };
}

const isSchemaWay = (text: string): text is SchemaWay => text === 'alternator' || text === 'cql';

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
  for (const name of names) {
    tables.push({
      name,
      found: await findBackup(name, request.from, tools),
      live: await engine.describe(name),
      neighbours: await engine.neighbours(name),
    });
  }
  const now = clock.now();
  return planRestore(request, { node: await engine.identify(), tables, runId: newRunId(now), now });
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
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    // The documented lines name the folder as the operator wrote it.
    return {
      problem: error.message.replaceAll(settings.backupDirectory, settings.shownBackupDirectory),
      kind: error.kind,
    };
  }
}

async function confirm(plan: RestorePlan, { prompter }: Tools): Promise<boolean> {
  for (const line of describePlan(plan)) prompter.show(line);
  return isConfirmed(prompter, 'Are you sure you want to proceed? (yes/no): ');
}

function decline({ report }: Tools): ExitCode {
  report.info('Restore declined; nothing was changed');
  return EXIT_CODES.declined;
}

function tellPlan(plan: RestorePlan, { report }: Tools): ExitCode {
  for (const line of describePlan(plan)) report.say(line);
  report.summary({
    command: 'restore',
    dryRun: true,
    tables: plan.steps.map((step) => ({ table: step.name, action: step.action })),
  });
  return plan.steps.some(({ action }) => action === 'fail') ? EXIT_CODES.refused : EXIT_CODES.done;
}

function tell(asBatch: boolean, outcomes: readonly TableOutcome[], { report }: Tools): ExitCode {
  const [only] = outcomes;
  if (!asBatch && only) {
    report.say('');
    report.say(
      only.result === 'done'
        ? `✅ Table '${only.table}' restored successfully!`
        : `❌ Table '${only.table}' failed to restore`,
    );
  } else {
    for (const line of summaryLines('Restore', outcomes)) report.say(line);
    if (outcomes.every(({ result }) => result === 'done')) {
      report.say('');
      report.say('All tables restored successfully!');
    }
  }
  const exitCode = exitCodeFor(outcomes, report.warnings);
  report.summary({ command: 'restore', exitCode, outcomes, warnings: report.warnings });
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
