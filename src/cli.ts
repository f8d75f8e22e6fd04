import { Command, Option } from 'commander';
import type { BackupFlags } from './commands/backup.js';
import type { RestoreFlags } from './commands/restore.js';
import type { SplitFlags } from './commands/schema-split.js';
import type { RawSettings } from './settings.js';

/** What the command line can ask for. Each action gives the exit status of the run. */
export interface Actions {
  menu(settings: RawSettings): Promise<number>;
  backup(flags: BackupFlags, settings: RawSettings): Promise<number>;
  restore(flags: RestoreFlags, settings: RawSettings): Promise<number>;
  schemaSplit(flags: SplitFlags): Promise<number>;
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
    .configureOutput({ writeOut, writeErr })
    .showHelpAfterError('(--help shows what there is)')
    .enablePositionalOptions()
    .addHelpText('after', EXIT_STATUS_HELP);
  withSettings(program)
    .allowExcessArguments()
    .action(async (settings: RawSettings) => {
      const [unknown] = program.args;
      if (unknown !== undefined) program.error(`error: unknown command '${unknown}'`);
      onDone(await actions.menu(settings));
    });

  withSettings(program.command('backup'))
    .description('Back up tables. Without a name and without --all: the menu.')
    .argument('[table...]', 'names of tables')
    .option('--all', 'every table that Alternator lists')
    .option('--node-local-only', "take this node's files even where they are only a share of the table")
    .option('--dry-run', 'show what would be done, and stop')
    .addHelpText('after', EXIT_STATUS_HELP)
    .action(async (tables: string[], options: Omit<BackupFlags, 'tables'> & RawSettings) => {
      onDone(await actions.backup({ ...options, tables }, options));
    });

  withSettings(program.command('restore'))
    .description('Restore tables from their backups. Without a name and without --all: the menu.')
    .argument('[table...]', 'names of tables')
    .option('--all', 'every table that has a backup')
    .option('--from <label>', 'restore this generation instead of the newest')
    .option(
      '--schema <way>',
      'make the table by "alternator" (its API) or "cql" (the documented way)',
      'alternator',
    )
    .option('--offline', 'stop the service, place the files, start it: the documented order')
    .option('--node-local-only', "restore a backup that holds only one node's share of its table")
    .option('--yes', 'replace tables without asking')
    .option('--dry-run', 'show what would be done, and stop')
    .addHelpText('after', EXIT_STATUS_HELP)
    .action(async (tables: string[], options: Omit<RestoreFlags, 'tables'> & RawSettings) => {
      onDone(await actions.restore({ ...options, tables }, options));
    });

  const schema = program.command('schema').description('Look at descriptions of tables.');
  schema
    .command('split')
    .description('Cut DESC text into its statements. Needs no database.')
    .argument('<file>', 'a file, or - for standard input')
    .option('--json', 'one JSON array: kind, name, terminated, text')
    .action(async (file: string, options: Omit<SplitFlags, 'file'>) => {
      onDone(await actions.schemaSplit({ ...options, file }));
    });

  return program;
}

interface Setting {
  readonly flags: string;
  readonly text: string;
  readonly env: string;
  readonly otherwise?: string;
}

/** Each can be an environment variable too; the flag wins. */
const SETTINGS: readonly Setting[] = [
  { flags: '--backup-dir <dir>', text: 'where backups live', env: 'BACKUP_DIR', otherwise: './backups' },
  {
    flags: '--data-dir <dir>',
    text: "the node's data directory (default: what the server says)",
    env: 'DATA_DIR',
  },
  { flags: '--log-dir <dir>', text: 'where the log files are appended', env: 'LOG_DIR', otherwise: '.' },
  {
    flags: '--endpoint <url>',
    text: 'the Alternator API',
    env: 'ENDPOINT',
    otherwise: 'http://localhost:8000',
  },
  {
    flags: '--region <name>',
    text: 'for the AWS SDK; Scylla ignores it',
    env: 'REGION',
    otherwise: 'us-east-1',
  },
  { flags: '--cql-host <host>', text: 'the CQL address (default: the host of --endpoint)', env: 'CQL_HOST' },
  { flags: '--cql-port <port>', text: 'the CQL port', env: 'CQL_PORT', otherwise: '9042' },
  {
    flags: '--nodetool <command>',
    text: 'nodetool with arguments, or a JSON list',
    env: 'NODETOOL',
    otherwise: 'nodetool',
  },
  {
    flags: '--nodetool-timeout <seconds>',
    text: 'end nodetool after this time (default: 600, a load 21600)',
    env: 'NODETOOL_TIMEOUT',
  },
  {
    flags: '--service <how>',
    text: 'systemd:UNIT, docker:CONTAINER, command:JSON or none',
    env: 'SERVICE',
    otherwise: 'systemd:scylla-server',
  },
  {
    flags: '--start-timeout <seconds>',
    text: 'how long a started server may take to serve',
    env: 'START_TIMEOUT',
    otherwise: '600',
  },
  {
    flags: '--answer-timeout <seconds>',
    text: 'how long a piped answer may take',
    env: 'ANSWER_TIMEOUT',
    otherwise: '10',
  },
  {
    flags: '--keep-versions <n>',
    text: 'generations of a table to keep',
    env: 'KEEP_VERSIONS',
    otherwise: '7',
  },
];

function withSettings(command: Command): Command {
  for (const { flags, text, env, otherwise } of SETTINGS) {
    const option = new Option(flags, text).env(`ALTERNATOR_BACKUP_${env}`);
    command.addOption(otherwise === undefined ? option : option.default(otherwise));
  }
  return command
    .option('--json', 'JSON lines on standard output, text for people on standard error')
    .option('--quiet', 'show warnings and errors only');
}

const EXIT_STATUS_HELP = `
Credentials come from the environment only: AWS_ACCESS_KEY_ID (a role), AWS_SECRET_ACCESS_KEY (its salted_hash),
SCYLLA_USER, SCYLLA_PASSWORD.

Exit status:
  0 done                          5 refused before anything changed
  1 at least one table failed     6 a person declined
  2 usage or settings             8 a restore failed and the table before could not be put back
  3 done, with warnings         130 interrupted (SIGINT)
  4 another run is under way    143 terminated (SIGTERM)`;
