import { EXIT_CODES, KnownError, type ExitCode } from '../errors.js';
import { isLabel } from '../model/label.js';
import { hasPatterns, isPattern, selectNames } from '../model/name-pattern.js';
import type { TableRecord } from '../model/table-record.js';
import { parseTableName } from '../model/table-name.js';
import { describePlan } from '../restore/describe-plan.js';
import type { RestorePlan } from '../restore/plan.js';
import type { ItemCheck, RestoreRequest, SchemaWay } from '../restore/request.js';
import { runRestore } from '../restore/run.js';
import { visibleText } from '../terminal/visible-text.js';
import { allTables, listForMenu, mendStore } from './backups-there.js';
import { commandLine, type Choice } from './command-line.js';
import { isConfirmed } from './menu.js';
import { nothingLeft, selectionOf } from './names-asked.js';
import { onNode } from './on-node.js';
import { refuseUnfinished, unfinishedNow } from './unfinished-jobs.js';
import { expectOutsideNode } from './places.js';
import { makePlan } from './restore-facts.js';
import { restoreMenu } from './restore-menu.js';
import { tell, tellPlan } from './restore-result.js';
import type { Tools } from './tools.js';

export interface RestoreFlags {
  readonly tables: readonly string[];
  readonly all?: boolean;
  readonly exclude?: readonly string[];
  readonly from?: string;
  readonly offline?: boolean;
  readonly schema?: string;
  readonly nodeLocalOnly?: boolean;
  /** False with `--no-table-options`. */
  readonly tableOptions?: boolean;
  readonly strictViews?: boolean;
  readonly as?: string;
  readonly replace?: boolean;
  readonly recreate?: boolean;
  /** False with `--no-safety-copy`. */
  readonly safetyCopy?: boolean;
  readonly check?: string;
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
  const plan = await refuseUnfinished(await makePlan(asked.request, tools), tools);
  await expectOutsideNode(tools.settings, recordsOf(plan));
  if (flags.dryRun === true) return tellPlan(plan, tools);
  const isPossible = plan.steps.some(({ action }) => action !== 'fail');
  if (!asked.confirmed && isPossible && !(await confirm(plan, tools))) return decline(tools);

  await tools.store.prepare();
  const outcomes = await onNode('restore', tools, async () => {
    // While somebody was asked, another run may have been cut off.
    const still = await refuseUnfinished(plan, tools, unfinishedNow);
    return runRestore(still, { ...tools, shownRoot: tools.settings.shownBackupDirectory });
  });
  const exitCode = tell(asked.all || plan.steps.length > 1, outcomes, tools);
  if (asked.sameAs) tools.report.info(`The same without the menu: ${commandLine(asked.sameAs)}`);
  return exitCode;
}

const recordsOf = ({ steps }: RestorePlan): readonly TableRecord[] =>
  steps.flatMap((step) => ('live' in step && step.live ? [step.live] : []));

async function ask(flags: RestoreFlags, tools: Tools): Promise<Asked> {
  const all = flags.all === true;
  const selection = selectionOf(flags);
  const confirmed = flags.yes === true || flags.dryRun === true;
  const options = parseOptions(flags);
  if (selection === 'menu') return askByMenu(options, flags, tools);
  if (!confirmed && !tools.isTerminal) {
    throw usage(
      'A restore replaces tables, and nobody is here to agree',
      'Pass --yes, or --dry-run to see what would happen.',
    );
  }
  const [first] = selection.words === 'all' ? [] : selection.words;
  await mendStore(first !== undefined && isPattern(first) ? undefined : first, flags.dryRun === true, tools);
  const known = all || hasPatterns(selection) ? await allTables(tools) : [];
  if (all && known.length === 0) return EXIT_CODES.warnings;
  const tables = selectNames(selection, known).names;
  if (tables.length === 0) return nothingLeft(tools.report);
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
  const { from, schema = 'alternator', check = 'sample' } = flags;
  if (from !== undefined && !isLabel(from)) throw usage(`--from '${from}' is not a label`);
  if (!isSchemaWay(schema)) throw usage(`--schema must be alternator or cql, not '${schema}'`);
  if (!isItemCheck(check)) throw usage(`--check must be none, sample or full, not '${check}'`);
  if (flags.replace === true && flags.as === undefined) throw usage('--replace is for --as NAME');
  if (flags.as !== undefined && (flags.all === true || flags.tables.length !== 1))
    throw usage('--as names one table: name the one backup that it comes from, too');
  if (flags.safetyCopy === false && flags.yes !== true)
    throw usage(
      '--no-safety-copy gives up the only way back',
      'Pass --yes with it if the present table may be lost.',
    );
  return {
    from,
    as: flags.as === undefined ? undefined : parseTableName(flags.as),
    replace: flags.replace ?? false,
    recreate: flags.recreate ?? false,
    noSafetyCopy: flags.safetyCopy === false,
    check,
    schema,
    offline: flags.offline ?? false,
    noTableOptions: flags.tableOptions === false,
    strictViews: flags.strictViews ?? false,
    nodeLocalOnly: flags.nodeLocalOnly ?? false,
  };
}

const isItemCheck = (text: string): text is ItemCheck =>
  text === 'none' || text === 'sample' || text === 'full';

const isSchemaWay = (text: string): text is SchemaWay => text === 'alternator' || text === 'cql';

async function confirm(plan: RestorePlan, { prompter }: Tools): Promise<boolean> {
  for (const line of describePlan(plan)) prompter.show(visibleText(line));
  return isConfirmed(prompter, 'Are you sure you want to proceed? (yes/no): ');
}

function decline({ report }: Tools): ExitCode {
  report.info('Restore declined; nothing was changed');
  return EXIT_CODES.declined;
}

const usage = (message: string, hint?: string): KnownError =>
  new KnownError('usage', message, { changed: 'Nothing was done.', ...(hint === undefined ? {} : { hint }) });
