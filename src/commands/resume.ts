import { EXIT_CODES, type ExitCode } from '../errors.js';
import { warningLines } from '../model/outcome.js';
import { resumeJob, startLeftService } from '../restore/resume.js';
import { exitCodeAfter, tellInterruption, wishToStop } from './interruption.js';
import { chooseJob, stepsLeft } from './jobs.js';
import { onNode } from './on-node.js';
import { tell } from './restore-result.js';
import type { Tools } from './tools.js';

export interface ResumeFlags {
  /** The newest one that was cut off without it. */
  readonly job?: string;
}

/** Finishes a restore that was cut off. Asks nothing: the journal knows what was agreed to. */
export async function resumeCommand(flags: ResumeFlags, tools: Tools): Promise<ExitCode> {
  const { id } = await chooseJob(flags.job, 'resume', tools);
  const outcomes = await onNode('resume', tools, async () => {
    const restoreTools = { ...tools, shownRoot: tools.settings.shownBackupDirectory };
    // Whoever was at work on it may have finished it before we had the lock.
    const job = await startLeftService(await chooseJob(id, 'resume', tools), restoreTools);
    tools.report.info(`Resuming job ${id}`);
    await tools.engine.verifyReady();
    return resumeJob(job, await stepsLeft(job, tools), restoreTools);
  });
  if (outcomes.length === 0) {
    tools.report.say(`All tables of job ${id} were finished; what its run had not cleared away is gone`);
    const wish = wishToStop(tools.signal);
    const ended = tools.report.warnings.length > 0 ? EXIT_CODES.warnings : EXIT_CODES.done;
    const exitCode = wish ? exitCodeAfter(wish, outcomes) : ended;
    for (const line of warningLines(tools.report.warnings)) tools.report.say(line);
    if (wish) tellInterruption('restore', wish, outcomes, tools.report);
    tools.report.summary({
      command: 'resume',
      job: id,
      exitCode,
      outcomes,
      warnings: tools.report.warnings,
      ...(wish ? { error: wish.message } : {}),
    });
    return exitCode;
  }
  return tell(outcomes.length !== 1, outcomes, tools);
}
