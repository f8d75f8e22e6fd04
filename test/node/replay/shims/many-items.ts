import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAddresses } from '../../../node-under-test/index.js';
import { differences, type Difference } from '../compare.js';
import { withoutGenerated } from './generated.js';
import { runNodetool } from './nodetool-replay.js';
import type { Counts, NodetoolCall } from './recorded.js';
import { componentsIn, fill } from './refresh-replay.js';
import { api, createOrders, scanCount, scanCounts } from './tables.js';

/** The recordings' table of 20000 items, made anew and empty for each of them. */
export const NAME = 'rf3';
const INDEXES = ['by-customer', 'by-status'];
export const FILL_DEADLINE_MS = 60_000;

interface Poll {
  readonly staging_files: number;
  readonly scan: number;
}

/**
 * The base table has all items when refresh returns; the indexes have not, as long as `staging/` holds files. How many
 * items an index has at which moment is not compared.
 */
export async function replayManyItems(
  node: NodeAddresses,
  call: NodetoolCall & { readonly after_return?: readonly (Poll & Counts)[] },
  source: string,
): Promise<readonly Difference[]> {
  const directory = await newTable(node, source);
  const answer = runNodetool(node, call, withName(call));
  const staged = () => readdirSync(join(directory, 'staging')).length;
  const first = { staging_files: staged(), ...(await indexesFirst(node)) };
  const uploadAfter = componentsIn(join(directory, 'upload'));
  await until(() => staged() === 0);
  const last = { staging_files: staged(), ...(await scanCounts(node, NAME, INDEXES)) };
  const polls = call.after_return ?? [];
  await api(node, 'DeleteTable', { TableName: NAME });
  return differences(
    { ...texts(call, '<data>'), upload_after: call.upload_after, ...progress(polls[0], polls.at(-1)) },
    { ...texts(answer, node.dataDirectory), upload_after: uploadAfter, ...progress(first, last) },
    [],
  );
}

/** The indexes are counted side by side and before the base table: they are being filled meanwhile. */
async function indexesFirst(node: NodeAddresses): Promise<Counts> {
  const counts = await Promise.all(
    INDEXES.map((index) => scanCount(node, { TableName: NAME, IndexName: index })),
  );
  const found = Object.fromEntries(INDEXES.map((index, at) => [`scan ${index}`, counts[at] ?? 0]));
  return { ...found, scan: await scanCount(node, { TableName: NAME }) };
}

const progress = (first: Counts | undefined, last: Counts | undefined) => ({
  at_first: first && {
    base: first['scan'],
    isStaged: first['staging_files'] !== 0,
    indexesAreBehind: INDEXES.map((index) => Number(first[`scan ${index}`]) < Number(first['scan'])),
  },
  in_the_end: last && { ...last, ms_after_return: undefined },
});

/** The table anew, with the files of a snapshot in its upload/; gives its directory. */
export async function newTable(node: NodeAddresses, source: string): Promise<string> {
  await createOrders(node, NAME, true);
  const { TableId: id } = (await api(node, 'DescribeTable', { TableName: NAME }))['Table'] as {
    TableId: string;
  };
  const directory = join(node.dataDirectory, `alternator_${NAME}`, `${NAME}-${id.replaceAll('-', '')}`);
  fill(join(directory, 'upload'), source, false);
  return directory;
}

export interface Answer {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const texts = ({ exit, stdout, stderr }: Answer, data: string) => ({
  exit,
  stdout: withoutGenerated(stdout, data),
  stderr: withoutGenerated(stderr, data),
});

export const withName = ({ args }: NodetoolCall) => args.map((word) => word.replace(/rf\d+$/, NAME));

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + FILL_DEADLINE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${FILL_DEADLINE_MS / 1000} s in vain`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
