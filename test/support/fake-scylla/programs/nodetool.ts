import type { State } from '../state.js';
import type { Misbehaviour, ProgramAnswer } from './behaviour.js';
import { parseArguments, type Arguments } from './nodetool-arguments.js';
import { refresh } from './refresh.js';
import { clearSnapshot, snapshot } from './snapshot.js';

export interface NodetoolOptions {
  readonly state: State;
  readonly indexMs: number;
  /** The addresses of all nodes of the ring. */
  readonly nodes: readonly string[];
  readonly isServing: () => boolean;
}

/** Scylla's own nodetool, as far as the tool calls it (recorded nodetool/). */
export function runNodetool(
  [verb = '', ...rest]: readonly string[],
  { state, indexMs, nodes, isServing }: NodetoolOptions,
  misbehaviour: Misbehaviour | undefined,
): ProgramAnswer {
  const args = parseArguments(rest);
  if (!args) return { exit: 2, stdout: `error: unrecognised option '${rest.join(' ')}'\n\nTry --help.\n` };
  if (!isServing()) return CONNECTION_REFUSED;
  if (misbehaviour?.kind === 'say') return { exit: 0, stdout: misbehaviour.stdout };
  const pretend = misbehaviour?.kind === 'pretend';
  const verbs: Readonly<Record<string, (args: Arguments) => ProgramAnswer>> = {
    snapshot: (given) => snapshot(given, state, pretend),
    clearsnapshot: (given) => (pretend ? { exit: 0 } : clearSnapshot(given, state)),
    refresh: (given) => refresh(given, { state, indexMs, pretend }),
    status: () => ({ exit: 0, stdout: statusOf(nodes) }),
    statusgossip: () => ({ exit: 0, stdout: 'running\n' }),
  };
  const run = verbs[verb];
  return run
    ? run(args)
    : { exit: 100, stderr: `error: unrecognized operation argument: expected one of (…), got ${verb}\n` };
}

/** As recorded (nodetool 020), all nodes up and normal. */
const statusOf = (nodes: readonly string[]): string =>
  [
    'Datacenter: datacenter1',
    '=======================',
    'Status=Up/Down',
    '|/ State=Normal/Leaving/Joining/Moving',
    '-- Address    Load      Tokens Owns Host ID                              Rack ',
    ...nodes.map((node) => `UN ${node} 195.64 KB 256    ?    6ab85f27-30ed-4f61-a85b-44b91938dcae rack1`),
    '',
    "Note: Non-system keyspaces don't have the same replication settings, effective ownership information is meaningless",
    '',
  ].join('\n');

const CONNECTION_REFUSED: ProgramAnswer = {
  exit: 2,
  stderr: 'error running operation: std::system_error (error system:111, Connection refused)\n',
};
