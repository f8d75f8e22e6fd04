import { spawnSync } from 'node:child_process';
import type { NodeAddresses } from '../../../node-under-test/index.js';
import { differences, type Difference } from '../compare.js';
import { withoutGenerated } from './generated.js';
import type { NodetoolCall } from './recorded.js';
import { comparableDirectories, directoriesOfTag } from './shown-directories.js';

const TIMEOUT_MS = 60_000;
/** Calls that were made against an address where nobody listened. */
const NOBODY_THERE = new Set([217, 218, 219]);
const UNKNOWN_HOST = 220;
/** It clears a whole keyspace; the recorder looked for the one tag that was there. */
const CLEARS_ONE_TAG_UNNAMED = 201;

interface Answer {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the recorded arguments; every recorded call had `-h <address>` besides. */
export function runNodetool(
  node: NodeAddresses,
  call: Pick<NodetoolCall, 'number' | 'args'>,
  args = call.args,
): Answer {
  const [program = '', ...before] = node.nodetool;
  const [command, ...rest] = args;
  const words =
    command === undefined ? [] : [command, ...hostOf(node, call), ...rest.map((word) => atNode(node, word))];
  const { status, stdout, stderr } = spawnSync(program, [...before, ...words], {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  return { exit: status, stdout, stderr };
}

function hostOf(node: NodeAddresses, { number }: Pick<NodetoolCall, 'number'>): string[] {
  if (number < 20 || number === 32) return [];
  if (number === UNKNOWN_HOST) return ['-h', 'nosuch.invalid'];
  // 127.0.0.9 is nobody's address: rings take 127.0.0.1 to 127.0.0.3.
  return ['-h', NOBODY_THERE.has(number) ? '127.0.0.9' : new URL(node.rest).hostname];
}

/** Addresses and ports of the recorded server become those of this node. */
const atNode = (node: NodeAddresses, word: string): string =>
  word.replace(/^127\.0\.0\.6\d$/, new URL(node.rest).hostname).replace(/^10000$/, new URL(node.rest).port);

/** Exit status, both texts, and the directories that were made or left, where those were recorded. */
export function replayNodetool(node: NodeAddresses, call: NodetoolCall): readonly Difference[] {
  const tag = tagOf(call);
  const before = tag === undefined ? [] : directoriesOfTag(node.dataDirectory, tag);
  const answer = runNodetool(node, call);
  // A tag of its own making is only known now.
  const after = directoriesOfTag(node.dataDirectory, tag ?? timeTag(answer.stdout));
  // As the recorder saw it: nothing new means nothing made.
  const made = after.length === before.length ? [] : after;
  return differences(
    comparable(
      call,
      {
        ...call,
        made: call.snapshot_directories_made,
        before: call.directories_before,
        after: call.directories_after,
      },
      '<data>',
    ),
    comparable(
      call,
      {
        ...answer,
        made: call.snapshot_directories_made && made,
        before: call.directories_before && before,
        after: call.directories_after && after,
      },
      node.dataDirectory,
    ),
    [],
  );
}

function tagOf({ number, args }: NodetoolCall): string | undefined {
  if (number === CLEARS_ONE_TAG_UNNAMED) return 'd8';
  const position = args.findIndex((word) => word === '-t' || word === '--tag');
  return position < 0 ? undefined : args[position + 1];
}

const timeTag = (text: string): string => /name \[(\d+)\]/.exec(text)?.[1] ?? 'none';

interface Comparable extends Answer {
  readonly made: readonly string[] | undefined;
  readonly before: readonly string[] | undefined;
  readonly after: readonly string[] | undefined;
}

function comparable(
  call: NodetoolCall,
  { exit, stdout, stderr, made, before, after }: Comparable,
  data: string,
): unknown {
  const directories = (paths: readonly string[] | undefined) => paths && comparableDirectories(paths, data);
  const text = withoutGenerated(stdout, data);
  return {
    exit,
    stdout: ['listsnapshots', 'viewbuildstatus'].includes(call.args[0] ?? '') ? comparableLines(text) : text,
    stderr: withoutGenerated(stderr, data),
    made: directories(made),
    before: directories(before),
    after: directories(after),
  };
}

/** Rows come in the order of a hash; rows of the server's own tables and of change logs are not compared. */
const comparableLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => !/ system\w* |_scylla_cdc_log /.test(line))
    .sort();
