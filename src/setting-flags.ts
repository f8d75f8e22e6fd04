import { Option, type Command } from 'commander';

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
    flags: '--docker <container>',
    text: 'the node runs in this container: sets --service and --nodetool where they are not given',
    env: 'DOCKER',
  },
  {
    flags: '--nodetool <command>',
    text: 'nodetool with arguments, or a JSON list (default: nodetool)',
    env: 'NODETOOL',
  },
  {
    flags: '--cqlsh <command>',
    text: 'cqlsh with arguments, or a JSON list: for servers before 5.2, which know no DESC',
    env: 'CQLSH',
    otherwise: 'cqlsh',
  },
  {
    flags: '--nodetool-timeout <seconds>',
    text: 'end nodetool after this time (default: 600, a load 21600)',
    env: 'NODETOOL_TIMEOUT',
  },
  {
    flags: '--service <how>',
    text: 'systemd:UNIT, docker:CONTAINER, command:JSON or none (default: systemd:scylla-server)',
    env: 'SERVICE',
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
  {
    flags: '--jobs <n>',
    text: 'blocks to compress or decompress side by side (default: the cores but one)',
    env: 'JOBS',
  },
  { flags: '--level <n>', text: 'how hard to compress, 1 to 9', env: 'LEVEL', otherwise: '6' },
  {
    flags: '--limit-rate <MB/s>',
    text: 'read a snapshot no faster than this (default: no limit)',
    env: 'LIMIT_RATE',
  },
];

/** The settings as options of this command. They may stand before its name too; `optionsOf` gives what counts. */
export function withSettings(command: Command): Command {
  for (const { flags, text, env, otherwise } of SETTINGS) {
    const option = new Option(flags, text).env(`ALTERNATOR_BACKUP_${env}`);
    command.addOption(otherwise === undefined ? option : option.default(otherwise));
  }
  // Their variables are read with the settings: commander would take ALTERNATOR_BACKUP_JSON=0 for a yes.
  return command
    .option('--json', 'JSON lines on standard output, text for people on standard error')
    .option('--no-nice', 'do not give way to other programs')
    .option('--quiet', 'show warnings and errors only');
}

/**
 * The command's options, those among them that were written before its name. Of two the one nearer to the arguments wins.
 * Ends with a usage error for a setting that this command has no use for: none is dropped in silence.
 */
export function optionsOf(command: Command): object {
  const options: Record<string, unknown> = { ...command.opts() };
  const given = new Set(Object.keys(options).filter((name) => command.getOptionValueSource(name) === 'cli'));
  for (let outer = command.parent; outer !== null; outer = outer.parent) {
    for (const option of outer.options) {
      const name = option.attributeName();
      if (outer.getOptionValueSource(name) !== 'cli' || given.has(name)) continue;
      if (!command.options.some((own) => own.attributeName() === name))
        command.error(`error: ${option.long ?? name} says nothing to '${command.name()}'`);
      given.add(name);
      options[name] = outer.getOptionValue(name);
    }
  }
  return options;
}
