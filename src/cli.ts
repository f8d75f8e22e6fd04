import { Command, Option } from 'commander';
import type { BackupFlags } from './commands/backup.js';
import type { ListFlags } from './commands/list.js';
import type { RestoreFlags } from './commands/restore.js';
import type { ResumeFlags } from './commands/resume.js';
import type { UndoFlags } from './commands/undo.js';
import type { DiffFlags } from './commands/schema-diff.js';
import type { SplitFlags } from './commands/schema-split.js';
import type { ShowFlags } from './commands/show.js';
import type { VerifyFlags } from './commands/verify.js';
import { isTableName } from './model/table-name.js';
import { optionsOf, withSettings } from './setting-flags.js';
import type { RawSettings } from './settings.js';

/** What the command line can ask for. Each action gives the exit status of the run. */
export interface Actions {
  menu(settings: RawSettings): Promise<number>;
  backup(flags: BackupFlags, settings: RawSettings): Promise<number>;
  restore(flags: RestoreFlags, settings: RawSettings): Promise<number>;
  list(flags: ListFlags, settings: RawSettings): Promise<number>;
  show(flags: ShowFlags, settings: RawSettings): Promise<number>;
  verify(flags: VerifyFlags, settings: RawSettings): Promise<number>;
  resume(flags: ResumeFlags, settings: RawSettings): Promise<number>;
  undo(flags: UndoFlags, settings: RawSettings): Promise<number>;
  schemaSplit(flags: SplitFlags): Promise<number>;
  schemaDiff(flags: DiffFlags, settings: RawSettings): Promise<number>;
}

export interface CliOptions {
  readonly version: string;
  readonly actions: Actions;
  /** Told the exit status of the action that ran. */
  readonly onDone: (exitCode: number) => void;
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/** A new program each time, so that it can be parsed as often as one likes. It never ends the process. */
export function buildProgram({ version, actions, onDone, writeOut, writeErr }: CliOptions): Command {
  const program = new Command('alternator-backup')
    .description('Back up and restore ScyllaDB Alternator tables on a Scylla node.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut,
      writeErr,
      outputError: (text, write) => {
        write(withNameHint(text));
      },
    })
    .showHelpAfterError('(--help shows what there is)')
    .enablePositionalOptions()
    .addHelpText('after', EXIT_STATUS_HELP);
  withSettings(program)
    .helpCommand(true)
    .allowExcessArguments()
    .action(async (settings: RawSettings) => {
      const [unknown] = program.args;
      if (unknown !== undefined) program.error(`error: unknown command '${unknown}'`);
      onDone(await actions.menu(settings));
    });

  withSettings(program.command('backup'))
    .description('Back up tables. Without a name and without --all: the menu.')
    .argument('[table...]', "names of tables, or patterns in quotes: 'prod-*'")
    .option('--all', 'every table that Alternator lists')
    .addOption(excludeOption())
    .option('--node-local-only', "take this node's files even where they are only a share of the table")
    .option('--checksum', 'read every item before and after the snapshot, and keep their checksum')
    .addOption(
      new Option(
        '--type <type>',
        'full: compress everything anew; incremental: fail without a backup to build on',
      )
        .choices(['full', 'incremental', 'auto'])
        .default('auto'),
    )
    .option('--baseline <label>', 'build on this backup instead of the newest good one (implies incremental)')
    .option('--dry-run', 'show what would be done, and stop')
    .addHelpText('after', EXIT_STATUS_HELP)
    .action(async (tables: string[], _options: object, command: Command) => {
      const options = optionsOf(command) as Omit<BackupFlags, 'tables'> & RawSettings;
      onDone(await actions.backup({ ...options, tables }, options));
    });

  withSettings(program.command('restore'))
    .description('Restore tables from their backups. Without a name and without --all: the menu.')
    .argument('[table...]', "names of tables, or patterns in quotes: 'prod-*'")
    .option('--all', 'every table that has a backup')
    .addOption(excludeOption())
    .option('--from <label>', 'restore this generation instead of the newest')
    .option(
      '--schema <way>',
      'make the table by "alternator" (its API) or "cql" (the documented way)',
      'alternator',
    )
    .option('--offline', 'stop the service, place the files, start it: the documented order')
    .option('--no-table-options', 'leave options that the API cannot set as the server makes them')
    .option('--strict-views', 'with --schema cql: a view that cannot be made fails its table')
    .option('--check <how>', 'read items back: none, a sample, or full (every item, every index)', 'sample')
    .option('--node-local-only', "restore a backup that holds only one node's share of its table")
    .option('--as <name>', 'restore the one table under another name, and leave the original alone')
    .option('--replace', 'with --as: replace a table that has that name')
    .option('--recreate', 'make the table anew also where emptying it would do')
    .option('--no-safety-copy', 'keep nothing of the present table: no undo (needs --yes)')
    .option('--yes', 'replace tables without asking')
    .option('--dry-run', 'show what would be done, and stop')
    .addHelpText('after', EXIT_STATUS_HELP)
    .action(async (tables: string[], _options: object, command: Command) => {
      const options = optionsOf(command) as Omit<RestoreFlags, 'tables'> & RawSettings;
      onDone(await actions.restore({ ...options, tables }, options));
    });

  withSettings(program.command('list'))
    .description('List the newest backup of each table, or every generation of some. Needs no database.')
    .argument('[table...]', 'names of tables')
    .action(async (tables: string[], _options: object, command: Command) => {
      onDone(await actions.list({ tables }, optionsOf(command) as RawSettings));
    });

  withSettings(program.command('show'))
    .description('Show what a backup holds. Needs no database.')
    .argument('<table>', 'the name of a table')
    .argument('[label]', 'a generation; the newest one without it')
    .action(async (table: string, label: string | undefined, _options: object, command: Command) => {
      const flags = { table, ...(label === undefined ? {} : { label }) };
      onDone(await actions.show(flags, optionsOf(command) as RawSettings));
    });

  withSettings(program.command('verify'))
    .description(
      'Prove stored backups readable and whole; without a name those of all tables. Needs no database.',
    )
    .argument('[table...]', 'names of tables')
    .option('--all', 'every table that has a backup')
    .option('--from <label>', 'this generation instead of the newest')
    .option('--quick', 'the manifest, and that every file is there with its size')
    .option('--full', 'every byte: what is done without --quick')
    .addHelpText(
      'after',
      '\nExit status: 0 valid, 1 one is invalid or missing, 3 valid, but an SSTable has no digest that proves it.',
    )
    .action(async (tables: string[], _options: object, command: Command) => {
      const options = optionsOf(command) as Omit<VerifyFlags, 'tables'> & RawSettings;
      onDone(await actions.verify({ ...options, tables }, options));
    });

  withSettings(program.command('resume'))
    .description('Finish a restore that was cut off.')
    .argument('[job]', 'its id; the newest one that was cut off without it')
    .addHelpText('after', EXIT_STATUS_HELP)
    .action(async (job: string | undefined, _options: object, command: Command) => {
      const options = optionsOf(command) as RawSettings;
      onDone(await actions.resume(job === undefined ? {} : { job }, options));
    });

  withSettings(program.command('undo'))
    .description('Put back what a restore replaced, also long after, or take back one that was cut off.')
    .argument('[job]', 'its id; the newest one that can be undone without it')
    .option('--list', 'show the restores of this node, and stop')
    .option('--dry-run', 'show what would be done, and stop')
    .addHelpText('after', EXIT_STATUS_HELP)
    .action(async (job: string | undefined, _options: object, command: Command) => {
      const options = optionsOf(command) as Omit<UndoFlags, 'job'> & RawSettings;
      onDone(await actions.undo({ ...options, ...(job === undefined ? {} : { job }) }, options));
    });

  const schema = program.command('schema').description('Look at descriptions of tables.');
  schema
    .command('split')
    .description('Cut DESC text into its statements. Needs no database.')
    .argument('<file>', 'a file, or - for standard input')
    .option('--json', 'one JSON array: kind, name, terminated, text')
    .action(async (file: string, _options: object, command: Command) => {
      onDone(await actions.schemaSplit({ ...(optionsOf(command) as Omit<SplitFlags, 'file'>), file }));
    });
  withSettings(schema.command('diff'))
    .description('Compare the schema in a backup with the live table, or with that in another backup.')
    .argument('<table>', 'the name of a table')
    .argument('[label]', 'a generation; the newest one without it')
    .argument('[other]', 'another generation, to compare with instead of the live table')
    .addHelpText(
      'after',
      '\nExit status: 0 equal, 1 different, 3 no difference seen but not all compared, another one when they cannot be.',
    )
    .action(
      async (
        table: string,
        label: string | undefined,
        other: string | undefined,
        _options: object,
        command: Command,
      ) => {
        const flags = {
          table,
          ...(label === undefined ? {} : { label }),
          ...(other === undefined ? {} : { other }),
        };
        onDone(await actions.schemaDiff(flags, optionsOf(command) as RawSettings));
      },
    );

  return program;
}

/** A table's name may begin with a dash: who meant one, and no flag that is mistyped, is told how to say so. */
function withNameHint(error: string): string {
  const [, name = ''] = /^error: unknown option '(.*)'\s*$/.exec(error) ?? [];
  return isTableName(name) ? `${error}(is it a table's name? Then put -- before it: -- ${name})\n` : error;
}

/** May be given several times. */
const excludeOption = (): Option =>
  new Option('--exclude <pattern>', 'leave out what matches (several times)').argParser(
    (pattern: string, before: readonly string[] | undefined) => [...(before ?? []), pattern],
  );

const EXIT_STATUS_HELP = `
Credentials come from the environment only: AWS_ACCESS_KEY_ID (a role), AWS_SECRET_ACCESS_KEY (its salted_hash),
SCYLLA_USER, SCYLLA_PASSWORD.

Exit status:
  0 done                          5 refused before anything changed
  1 at least one table failed     6 a person declined
  2 usage or settings             8 a restore failed and the table before could not be put back
  3 done, with warnings         129 hung up (SIGHUP)
  4 another run is under way    130 interrupted (SIGINT)
                                143 terminated (SIGTERM)`;
