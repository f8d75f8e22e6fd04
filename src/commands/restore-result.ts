import { EXIT_CODES, type ExitCode } from '../errors.js';
import { exitCodeOf, summaryLines, warningLines, type TableOutcome } from '../model/outcome.js';
import { describePlan } from '../restore/describe-plan.js';
import type { RestorePlan } from '../restore/plan.js';
import { exitCodeAfter, tellInterruption, wishToStop } from './interruption.js';
import type { Tools } from './tools.js';
import { unnamedFailures } from './unnamed-failures.js';

/** The exit status is the one that a run would begin with. */
export function tellPlan(plan: RestorePlan, { report }: Tools): ExitCode {
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

/** The documented last words, and the exit status. */
export function tell(
  asBatch: boolean,
  outcomes: readonly TableOutcome[],
  { report, signal }: Tools,
): ExitCode {
  const [only] = outcomes;
  const wish = wishToStop(signal);
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
  } else if (only && only.result !== 'skipped') {
    report.say('');
    report.say(
      only.result === 'done'
        ? `✅ Table '${only.table}' restored successfully!`
        : `❌ Table '${only.table}' failed to restore`,
    );
  }
  for (const line of warningLines(report.warnings)) report.say(line);
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
