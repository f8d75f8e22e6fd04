import { chownSync, copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAddresses } from '../../../node-under-test/index.js';
import { differences, type Difference } from '../compare.js';
import { valueWithoutGenerated, withoutGenerated } from './generated.js';
import { runNodetool } from './nodetool-replay.js';
import type { Counts, NodetoolCall } from './recorded.js';
import { prepare } from './refresh-damage.js';
import type { Sources } from './refresh-sources.js';

/** A table that recordings are replayed against, one after another; empty between them. */
export interface Target {
  /** User id that owns `upload/`, where the server is not root. */
  readonly user?: number;
  readonly node: NodeAddresses;
  readonly name: string;
  readonly directory: string;
  readonly count: () => Promise<Counts>;
  readonly empty: () => Promise<void>;
}

const LONGEST_FILL_MS = 3000;
/** 200 items in 20 partitions, as a real Scylla 2025.1 wrote them. */
const REAL_SNAPSHOT = join(import.meta.dirname, '../../../fixtures/scylla-2025.1/snapshots/orders/base');

/** Which files lay in `upload/`, by the name of the recording. */
export function sourceOf({ file }: NodetoolCall, sources: Sources): string | undefined {
  const rules: readonly (readonly [RegExp, string | undefined])[] = [
    [/empty-upload/, undefined],
    // Cassandra writes no such component: these are the files of a real Scylla.
    [/scylla-db/, REAL_SNAPSHOT],
    [/two-generations/, sources.twoGenerations],
    [/uncompressed/, sources.uncompressed],
    [/noindex/, sources.withoutIndexes],
    [/one-item-indexed/, sources.oneItemIndexed],
    [/one-item/, sources.oneItem],
    [/one-partition/, sources.onePartition],
    [/view-sstables/, sources.view],
    [/./, sources.usual],
  ];
  return rules.find(([pattern]) => pattern.test(file))?.[1];
}

/** Fills `upload/`, damages it as recorded, loads it, and compares texts, files and counts. */
export async function replayRefresh(
  call: NodetoolCall,
  source: string | undefined,
  target: Target,
): Promise<readonly Difference[]> {
  const upload = join(target.directory, 'upload');
  for (const leftOver of [upload, `${upload}-real-files`]) rmSync(leftOver, { recursive: true, force: true });
  mkdirSync(upload);
  if (target.user !== undefined) chownSync(upload, target.user, target.user);
  if (source !== undefined) fill(upload, source, /manifest/.test(call.file));
  prepare(upload, call);

  const before = componentsIn(upload);
  const args = call.args.map((word) =>
    word.replace(/^(alternator_)?rf\d+$/, (_all, prefix = '') => String(prefix) + target.name),
  );
  const answer = runNodetool(target.node, call, args);
  const after = componentsIn(upload);
  const atOnce = call.counts_at_once && (await target.count());
  if (answer.exit === 0) await untilFilled(target);
  const later = call.counts_half_a_second_later && (await target.count());
  if (answer.exit === 0) await target.empty();

  const data = target.node.dataDirectory;
  const isReal = source === REAL_SNAPSHOT;
  return differences(
    {
      exit: call.exit,
      stdout: withoutGenerated(call.stdout, '<data>'),
      stderr: withoutGenerated(recordedText(call.stderr), '<data>'),
      upload_before: call.upload_before && recordedComponents(call.upload_before, isReal),
      upload_after: call.upload_after && recordedComponents(call.upload_after, isReal),
      counts_at_once: withoutNames(call.counts_at_once),
      counts_half_a_second_later: withoutNames(call.counts_half_a_second_later),
    },
    {
      exit: answer.exit,
      stdout: withoutGenerated(answer.stdout, data),
      stderr: withoutGenerated(answer.stderr, data),
      upload_before: call.upload_before && before,
      upload_after: call.upload_after && after,
      counts_at_once: call.counts_at_once && withoutNames(atOnce),
      counts_half_a_second_later: call.counts_half_a_second_later && withoutNames(later),
    },
    [
      {
        // An index fills in its own time: at once it may hold anything between nothing and all of it.
        name: 'index directly after refresh',
        applies: ([member, count]) =>
          member === 'counts_at_once' && count !== 'scan' && typeof count === 'string',
        problem: (answered, was, [, count = '']) => {
          const whole = later?.[String(count)];
          const isBetween = Number(answered) >= 0 && Number(answered) <= Math.max(Number(whole), Number(was));
          return isBetween ? undefined : 'more than the index ever holds';
        },
      },
    ],
  );
}

const withoutNames = (counts: Counts | undefined) => valueWithoutGenerated(counts, '<data>');

/** Copies, so that damage does not reach the snapshot. */
export function fill(upload: string, source: string, withOwnFiles: boolean): void {
  for (const name of readdirSync(source)) {
    const isOwn = name === 'manifest.json' || name === 'schema.cql';
    if (!isOwn || withOwnFiles) copyFileSync(join(source, name), join(upload, name));
  }
}

async function untilFilled({ directory }: Target): Promise<void> {
  const deadline = Date.now() + LONGEST_FILL_MS;
  while (readdirSync(join(directory, 'staging')).length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const componentsIn = (upload: string): readonly string[] =>
  readdirSync(upload).map(componentName).sort();

/** Cassandra writes no Scylla.db; where that is what the recording is about, the files are real ones. */
export const recordedComponents = (names: readonly string[], isReal = false): readonly string[] =>
  names
    .map((name) => componentName(recordedText(name)))
    .filter((name) => isReal || name !== 'Scylla.db')
    .sort();

const componentName = (name: string): string =>
  name.replace(/^(me|nb)-[0-9a-z]{4}_[0-9a-z]{4}_[0-9a-z]{18}-big-/, '');

/**
 * A format that the recorded server could not read was `nb`; here it is `la`. And a name with a broken generation was in
 * the server's own format, here in Cassandra's.
 */
const recordedText = (text: string): string =>
  text.replaceAll('nb-1-big', 'la-1-big').replaceAll('me-abc-big', 'nb-abc-big');
