import { EXIT_CODES, KnownError, messageOf, type ExitCode } from '../errors.js';
import { isLabel } from '../model/label.js';
import { parseTableNames, type TableName } from '../model/table-name.js';
import type { Depth } from '../model/verification.js';
import { generationLabel } from '../store/generation-label.js';
import { asShown, expectStoreThere } from './store-there.js';
import type { StoreTools } from './tools.js';
import { verdictLines, verifySummaryLines } from './verify-lines.js';
import { verifyOne, type Verdict } from './verify-one.js';

export interface VerifyFlags {
  readonly tables: readonly string[];
  readonly all?: boolean;
  /** This generation instead of the newest. */
  readonly from?: string;
  readonly quick?: boolean;
  readonly full?: boolean;
}

/** A table that could not be looked at: it has no such backup, or nobody may read it. */
interface Failure {
  readonly table: string;
  readonly error: string;
  readonly exitCode: ExitCode;
}

/**
 * Proves stored backups readable and whole; without names those of all tables. Exit status 0 when all are, 3 when an SSTable
 * has no digest to prove it, 1 when one is damaged or missing. Changes nothing but what is remembered of it.
 */
export async function verifyCommand(flags: VerifyFlags, tools: StoreTools): Promise<ExitCode> {
  const { report } = tools;
  const { named, from, depth } = parse(flags);
  await expectStoreThere(tools);
  const all = named.length === 0;
  const tables = all ? await allTables(from, tools) : named;

  const verdicts: Verdict[] = [];
  const failures: Failure[] = [];
  for (const table of tables) {
    try {
      const verdict = await verifyOne(table, from, depth, tools);
      verdicts.push(verdict);
      tell(verdict, tools);
    } catch (error) {
      if (tools.signal.aborted || !(error instanceof KnownError)) throw error;
      report.error(
        `${table}: ${asShown(error.message, tools)}${error.hint === undefined ? '' : ` ${error.hint}`}`,
      );
      failures.push({ table, error: asShown(messageOf(error), tools), exitCode: error.exitCode });
    }
  }
  // Nothing could be looked at, for one and the same reason: the run as a whole was refused.
  const [first] = failures;
  const exitCode =
    first && verdicts.length === 0 && failures.every(({ exitCode }) => exitCode === first.exitCode)
      ? first.exitCode
      : exitCodeFor(verdicts, failures.length, report.warnings);
  for (const line of verifySummaryLines(verdicts, failures.length)) report.say(line);
  report.summary({
    command: 'verify',
    depth,
    exitCode,
    backups: verdicts,
    failures: failures.map(({ table, error }) => ({ table, error })),
    warnings: report.warnings,
  });
  return exitCode;
}

function parse({ tables, all, from, quick, full }: VerifyFlags): {
  readonly named: readonly TableName[];
  readonly from: string | undefined;
  readonly depth: Depth;
} {
  const named = parseTableNames(tables);
  if (all === true && named.length > 0) throw usage('--all and names of tables exclude each other');
  if (quick === true && full === true) throw usage('--quick and --full exclude each other');
  if (from !== undefined && !isLabel(from)) throw usage(`--from '${from}' is not a label`);
  return { named, from, depth: quick === true ? 'quick' : 'full' };
}

/** Every table that has a backup, or one of that label. Folders that cannot be used are looked at too, to be told of. */
async function allTables(
  label: string | undefined,
  { store, report }: StoreTools,
): Promise<readonly TableName[]> {
  const there = (await store.survey()).map(({ table }) => table as TableName);
  const tables: TableName[] = [];
  for (const table of there) {
    const generations = label === undefined ? [] : await store.generations(table);
    const has = generations.some(({ found }) => generationLabel(found) === label);
    if (label === undefined || has) tables.push(table);
  }
  if (there.length > 0 && tables.length === 0)
    throw new KnownError('missing', `No table has a backup ${label ?? ''}`, {
      changed: 'Nothing was done.',
      hint: 'alternator-backup list TABLE shows the labels that there are.',
    });
  if (there.length === 0) {
    report.say('No backups found.');
    report.warn('No backups found');
  }
  return tables;
}

function tell(verdict: Verdict, { report, settings }: StoreTools): void {
  for (const line of verdictLines(verdict)) report.say(line);
  const { table, label, state, problems, unproven } = verdict;
  for (const sstable of unproven) report.warn(`${table}: SSTable ${sstable} has no digest: unproven`);
  // Where results are not shown, or standard output is for a script.
  if (state === 'invalid' && (settings.quiet || settings.json))
    report.error(
      `Backup ${label ?? 'of the documented script'} of ${table} is damaged: ${problems.join('; ')}`,
    );
}

function exitCodeFor(verdicts: readonly Verdict[], failures: number, warnings: readonly string[]): ExitCode {
  if (failures > 0 || verdicts.some(({ state }) => state === 'invalid')) return EXIT_CODES.failed;
  return warnings.length > 0 ? EXIT_CODES.warnings : EXIT_CODES.done;
}

const usage = (message: string): KnownError =>
  new KnownError('usage', message, { changed: 'Nothing was done.' });
