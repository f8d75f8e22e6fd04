import { describePlan, type BackupPlan } from '../backup/plan.js';
import type { BackupRequest } from '../backup/request.js';
import type { RanBackup } from '../backup/run.js';
import { EXIT_CODES, type ExitCode } from '../errors.js';
import { exitCodeOf, summaryLines, warningLines, type TableOutcome } from '../model/outcome.js';
import type { TableName } from '../model/table-name.js';
import { exitCodeAfter, interruptionOf, tellInterruption } from './interruption.js';
import type { Tools } from './tools.js';
import { unnamedFailures } from './unnamed-failures.js';

/** A table that was never begun. */
export const failedOutcome = (table: TableName, error: string): TableOutcome => ({
  table,
  result: 'failed',
  error,
  kind: 'missing',
  before: 'untouched',
});

/** The documented last words, and the exit status. */
export function tell(
  request: BackupRequest,
  { label, outcomes }: RanBackup,
  { report, signal }: Tools,
): ExitCode {
  const [only] = outcomes;
  const wish = interruptionOf(outcomes, signal);
  for (const table of unnamedFailures(outcomes)) report.error(`❌ Backup failed for ${table}`);
  if (request.tables === 'all' || request.tables.length > 1) {
    for (const line of summaryLines('Backup', outcomes)) report.say(line);
  } else if (only && !wish) {
    report.say('');
    report.say(tellOne(only));
  }
  for (const line of warningLines(report.warnings)) report.say(line);
  const failed = exitCodeOf(outcomes);
  const exitCode = wish
    ? exitCodeAfter(wish, outcomes)
    : failed === EXIT_CODES.done && report.warnings.length > 0
      ? EXIT_CODES.warnings
      : failed;
  if (wish) tellInterruption('backup', wish, outcomes, report);
  report.summary({
    command: 'backup',
    label,
    exitCode,
    outcomes,
    warnings: report.warnings,
    ...(wish ? { error: wish.message } : {}),
  });
  return exitCode;
}

function tellOne(outcome: TableOutcome): string {
  if (outcome.result === 'done') return `✅ Backup completed successfully for ${outcome.table}`;
  if (outcome.result === 'failed' && outcome.kind === 'missing') return `❌ ${outcome.error}`;
  return `❌ Backup failed for ${outcome.table}`;
}

/** The exit status is the one that a run would begin with. */
export function tellPlan(plan: BackupPlan, { report }: Tools): ExitCode {
  const failed = plan.steps.filter((step) => step.action === 'fail');
  for (const line of describePlan(plan)) report.say(line);
  for (const { name, reason } of failed) report.error(`${name}: ${reason}`);
  const exitCode = exitCodeOf(failed.map(({ name, reason }) => failedOutcome(name, reason)));
  report.summary({
    command: 'backup',
    dryRun: true,
    label: plan.labels[plan.expected],
    exitCode,
    tables: plan.steps.map((step) => ({
      table: step.name,
      action: step.action,
      ...('reason' in step ? { reason: step.reason } : {}),
    })),
  });
  return exitCode;
}
