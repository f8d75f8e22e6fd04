import { CommanderError } from 'commander';
import { buildProgram, type Actions } from './cli.js';
import type { BackupFlags } from './commands/backup.js';
import { tellInterruption } from './commands/interruption.js';
import { expectOutsideAnyServer, WrongPlace } from './commands/places.js';
import type { ListFlags } from './commands/list.js';
import type { MainChoice } from './commands/main-menu.js';
import type { RestoreFlags } from './commands/restore.js';
import type { VerifyFlags } from './commands/verify.js';
import { EXIT_CODES, isWishToStop, KnownError, messageOf, type ExitCode } from './errors.js';
import { parseSettings, type RawSettings } from './settings.js';
import { tellFailure } from './terminal/tell-failure.js';
import { visibleText } from './terminal/visible-text.js';
import type { StoreTools, Tools } from './commands/tools.js';
import type { CommandName, Wired, World } from './wire.js';

/** Returns the exit status. Nothing below this file ends the process, and nothing below it prints an error of the run. */
export async function main(argv: readonly string[], world: World, stop: AbortSignal): Promise<number> {
  let exitCode: number = EXIT_CODES.done;
  const program = buildProgram({
    version: world.version,
    actions: actionsFor(argv, world, stop),
    onDone: (code) => {
      exitCode = code;
    },
    writeOut: (text) => world.stdout.write(text),
    writeErr: (text) => world.stderr.write(text),
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
    world.stderr.write(`${visibleText(explain(error))}\n`);
    return error instanceof KnownError ? error.exitCode : EXIT_CODES.failed;
  }
}

/** Modules are loaded where they are needed: `--help` and a mistyped flag should not pay for a database driver. */
function actionsFor(argv: readonly string[], world: World, stop: AbortSignal): Actions {
  const backup = (flags: BackupFlags, settings: RawSettings, typed = argv) =>
    run('backup', settings, world, stop, async (tools) => {
      const { backupCommand } = await import('./commands/backup.js');
      return backupCommand({ ...flags, typed }, tools);
    });
  const restore = (flags: RestoreFlags, settings: RawSettings, typed = argv) =>
    run('restore', settings, world, stop, async (tools) => {
      const { restoreCommand } = await import('./commands/restore.js');
      return restoreCommand({ ...flags, typed }, tools);
    });
  const list = (flags: ListFlags, settings: RawSettings) =>
    lookIntoStore('list', settings, world, stop, async (tools) => {
      const { listCommand } = await import('./commands/list.js');
      return listCommand(flags, tools, world.stdout);
    });
  const verify = (flags: VerifyFlags, settings: RawSettings) =>
    lookIntoStore('verify', settings, world, stop, async (tools) => {
      const { verifyCommand } = await import('./commands/verify.js');
      return verifyCommand(flags, tools);
    });

  return {
    backup,
    restore,
    list,
    verify,
    resume: (flags, settings) =>
      run('restore', settings, world, stop, async (tools) => {
        const { resumeCommand } = await import('./commands/resume.js');
        return resumeCommand(flags, tools);
      }),
    undo: (flags, settings) =>
      run('restore', settings, world, stop, async (tools) => {
        const { undoCommand } = await import('./commands/undo.js');
        return undoCommand(flags, tools);
      }),
    async schemaSplit(flags) {
      const { schemaSplitCommand } = await import('./commands/schema-split.js');
      return schemaSplitCommand(flags, world);
    },
    show: (flags, settings) =>
      lookIntoStore('show', settings, world, stop, async (tools) => {
        const { showCommand } = await import('./commands/show.js');
        return showCommand(flags, tools, world.stdout);
      }),
    schemaDiff: (flags, settings) =>
      look(settings, world, stop, async (tools) => {
        const { schemaDiffCommand } = await import('./commands/schema-diff.js');
        return schemaDiffCommand(flags, tools);
      }),
    async menu(settings) {
      const chosen = await askMain(settings, world, stop);
      if (chosen === 'backup') return backup({ tables: [] }, settings, [...argv, chosen]);
      if (chosen === 'restore') return restore({ tables: [] }, settings, [...argv, chosen]);
      if (chosen === 'list') return list({ tables: [] }, settings);
      if (chosen === 'verify') return verify({ tables: [] }, settings);
      return EXIT_CODES.done;
    },
  };
}

async function askMain(raw: RawSettings, world: World, stop: AbortSignal): Promise<MainChoice> {
  const settings = parseSettings(raw, world.environment);
  const { wire } = await import('./wire.js');
  const { tools, close } = wire('backup', settings, world, stop);
  try {
    if (!tools.isTerminal) {
      throw new KnownError('usage', 'The menu needs a terminal', {
        hint: 'Say what to do: alternator-backup backup …, restore …, list or verify; --help shows more.',
        changed: 'Nothing was done.',
      });
    }
    const { mainMenu } = await import('./commands/main-menu.js');
    return await mainMenu(tools);
  } finally {
    await close();
  }
}

/** One command with its tools. What it rejects with is told through its own reporter, and so is in its log file. */
async function run(
  command: CommandName,
  raw: RawSettings,
  world: World,
  stop: AbortSignal,
  work: (tools: Tools) => Promise<ExitCode>,
): Promise<number> {
  const settings = parseSettings(raw, world.environment);
  const { wire } = await import('./wire.js');
  const wired = wire(command, settings, world, stop);
  const { tools, log, close } = wired;
  const { report } = tools;
  try {
    const exitCode = await workWithLog(wired, work).catch((error: unknown) => {
      // Nothing was done, so that there is nothing to log; and nobody wants a log file for a mistyped flag.
      const isUsage = error instanceof KnownError && error.kind === 'usage';
      if (isUsage || error instanceof WrongPlace) log.giveUp();
      if (!isUsage) return tellEnd(command, error, tools);
      report.summary({ command, exitCode: error.exitCode, error: error.message });
      throw error;
    });
    const isDoubtful = exitCode === EXIT_CODES.done && wired.isOutputLost();
    const told = isDoubtful ? EXIT_CODES.warnings : exitCode;
    if (!report.summarized) report.summary({ command, exitCode: told, warnings: report.warnings });
    return told;
  } finally {
    await close();
  }
}

/** A command that only looks: it leaves no line in any log. */
async function look(
  raw: RawSettings,
  world: World,
  stop: AbortSignal,
  work: (tools: Tools) => Promise<ExitCode>,
): Promise<number> {
  const settings = parseSettings(raw, world.environment);
  const { wire } = await import('./wire.js');
  const { tools, log, close } = wire('restore', settings, world, stop);
  log.giveUp();
  return lookWith({ tools, close }, work);
}

/** The same of one that needs no database. */
async function lookIntoStore(
  command: 'list' | 'show' | 'verify',
  raw: RawSettings,
  world: World,
  stop: AbortSignal,
  work: (tools: StoreTools) => Promise<ExitCode>,
): Promise<number> {
  const settings = parseSettings(raw, world.environment);
  const { wireStore } = await import('./wire-store.js');
  const wired = wireStore(command, settings, world, stop);
  const exitCode = await lookWith(wired, work);
  return exitCode === EXIT_CODES.done && wired.isOutputLost() ? EXIT_CODES.warnings : exitCode;
}

async function lookWith<T extends StoreTools>(
  { tools, close }: { readonly tools: T; readonly close: () => Promise<void> },
  work: (tools: T) => Promise<ExitCode>,
): Promise<number> {
  const { report, signal } = tools;
  try {
    return await work(tools);
  } catch (error) {
    if (error instanceof KnownError && error.kind === 'usage') throw error;
    const cause: unknown = signal.aborted ? signal.reason : error;
    tellFailure(cause, report);
    const exitCode = cause instanceof KnownError ? cause.exitCode : EXIT_CODES.failed;
    report.summary({ exitCode, error: messageOf(cause) });
    return exitCode;
  } finally {
    await close();
  }
}

/** A run whose log goes nowhere, or where it does harm, is none. */
async function workWithLog(
  { tools, log }: Wired,
  work: (tools: Tools) => Promise<ExitCode>,
): Promise<ExitCode> {
  await expectOutsideAnyServer(tools.settings);
  try {
    log.expectUsable();
  } catch (error) {
    log.giveUp();
    throw error;
  }
  return work(tools);
}

function tellEnd(command: CommandName, error: unknown, { report, signal }: Tools): ExitCode {
  const cause: unknown = signal.aborted && !(error instanceof KnownError) ? signal.reason : error;
  const exitCode = cause instanceof KnownError ? cause.exitCode : EXIT_CODES.failed;
  if (isWishToStop(cause)) tellInterruption(command, cause, [], report);
  else tellFailure(cause, report);
  report.summary({ command, exitCode, error: messageOf(cause), warnings: report.warnings });
  return exitCode;
}

/** What happened, what was changed, what to do: for errors from before there was a reporter. */
function explain(error: unknown): string {
  if (!(error instanceof KnownError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [error.message, error.changed, error.hint].filter((part) => part !== undefined).join('\n');
}
