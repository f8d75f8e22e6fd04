import { parseArguments } from './nodetool/arguments.js';
import type { Command } from './nodetool/command.js';
import { nodeCommands } from './nodetool/node-commands.js';
import { OPERATIONS } from './nodetool/operations.js';
import { badArguments, Outcome } from './nodetool/outcome.js';
import { restClient } from './nodetool/rest-client.js';
import { snapshotCommands } from './nodetool/snapshot-commands.js';
import { tableCommands } from './nodetool/table-commands.js';

const COMMANDS: readonly Command[] = [...nodeCommands, ...snapshotCommands, ...tableCommands];
const NO_OPERATION =
  'Usage: scylla nodetool OPERATION [OPTIONS] ...\nTry `scylla nodetool --help` for more information.\n';
/** Not a status of the real program: a test that meets it asks for what is not here. */
const NOT_HERE = 99;

export interface NodetoolDefaults {
  readonly host: string;
  readonly port: number;
}

/** `nodetool` of a Scylla node: a client of the REST port, with the texts and exit statuses of release 2025.1. */
export async function main(defaults: NodetoolDefaults): Promise<void> {
  try {
    process.stdout.write(await run(process.argv.slice(2), defaults));
  } catch (error) {
    if (!(error instanceof Outcome)) throw error;
    process.stdout.write(error.stdout);
    process.stderr.write(error.stderr);
    process.exitCode = error.exit;
  }
}

async function run(argv: readonly string[], defaults: NodetoolDefaults): Promise<string> {
  const position = operationPosition(argv);
  const name = argv[position];
  if (name === undefined) throw new Outcome(2, '', NO_OPERATION);
  const others = argv.filter((_, index) => index !== position);
  if (name === 'help') return help(others);
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw unknown(name);
  const args = parseArguments(others, command.grammar);
  if (args.flags.has('help')) return help([name]);
  const host = args.values.get('host') ?? defaults.host;
  const port = Number(args.values.get('rest-api-port') ?? args.values.get('port') ?? defaults.port);
  return command.run(args, restClient(host, port));
}

/** Options with a value may come before it: `-h 127.0.0.1 status`. */
function operationPosition(argv: readonly string[]): number {
  let index = 0;
  while (argv[index]?.startsWith('-') === true) {
    index += /^(-h|-p|-u|-pw|-pwf|--(host|port|rest-api-port|username|password|password-file))$/.test(
      argv[index] ?? '',
    )
      ? 2
      : 1;
  }
  return index;
}

function unknown(name: string): Outcome {
  if (OPERATIONS.includes(name)) {
    return new Outcome(NOT_HERE, '', `the node under test has no nodetool ${name}\n`);
  }
  const list = OPERATIONS.map((operation) => `"${operation}"`).join(', ');
  return new Outcome(
    100,
    '',
    `error: unrecognized operation argument: expected one of ([${list}]), got ${name}\n`,
  );
}

function help([name]: readonly string[]): string {
  if (name === undefined) return `Commands:\n${COMMANDS.map((command) => `    ${command.name}\n`).join('')}`;
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw badArguments(`unknown command ${name}`);
  const options = command.grammar.options.map(
    (option) => `    --${option.name}${option.takesValue ? ' arg' : ''}\n`,
  );
  return `nodetool ${command.name}\n${options.join('')}`;
}
