import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { NodeAddresses } from '../../../node-under-test/index.js';
import { differences, type Difference } from '../compare.js';
import { FILL_DEADLINE_MS, NAME, newTable, texts, until, withName, type Answer } from './many-items.js';
import type { NodetoolCall } from './recorded.js';
import { api } from './tables.js';

/** Another table, with nothing in its `upload/`. */
const OTHER = 'rf2';

/** Two loads at a time, of one table and of two, and a table that is deleted while it is being loaded. */
export async function replayConcurrentLoads(
  node: NodeAddresses,
  calls: readonly NodetoolCall[],
  source: string,
): Promise<readonly (readonly [NodetoolCall, readonly Difference[]])[]> {
  const [besides, loser, winner, deleted] = calls as readonly (NodetoolCall & {
    readonly second_same_table: { readonly status: number; readonly body: string };
    readonly second_other_table: { readonly status: number; readonly body: string };
  })[];
  if (besides === undefined || loser === undefined || winner === undefined || deleted === undefined) {
    throw new Error('four recordings are expected');
  }

  const first = await newTable(node, source);
  const running = start(node, besides);
  await whileLoading(first);
  const otherTable = await load(node, OTHER);
  const sameTable = await load(node, NAME);
  const besidesAnswer = await running;
  await api(node, 'DeleteTable', { TableName: NAME });

  await newTable(node, source);
  const both = await Promise.all([start(node, loser), start(node, winner)]);
  both.sort((a, b) => Number(b.exit) - Number(a.exit));
  await api(node, 'DeleteTable', { TableName: NAME });

  const last = await newTable(node, source);
  const cut = start(node, deleted);
  await whileLoading(last);
  await api(node, 'DeleteTable', { TableName: NAME });
  const deletedAnswer = await cut;

  const data = node.dataDirectory;
  const second = ({ status, body }: { readonly status: number; readonly body: string }) => ({
    status,
    body: JSON.parse(body) as unknown,
  });
  return [
    [
      besides,
      differences(
        {
          ...texts(besides, '<data>'),
          other: second(besides.second_other_table),
          same: second(besides.second_same_table),
        },
        { ...texts(besidesAnswer, data), other: second(otherTable), same: second(sameTable) },
        [],
      ),
    ],
    [loser, differences(texts(loser, '<data>'), texts(both[0], data), [])],
    [winner, differences(texts(winner, '<data>'), texts(both[1], data), [])],
    [deleted, differences(texts(deleted, '<data>'), texts(deletedAnswer, data), [])],
  ];
}

function start(node: NodeAddresses, call: NodetoolCall): Promise<Answer> {
  const [program = '', ...before] = node.nodetool;
  const child = spawn(program, [...before, ...withName(call)], { timeout: FILL_DEADLINE_MS });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => {
      resolve({ exit, stdout, stderr });
    });
  });
}

/** Resolves while the node writes the rows of a load; asking it would be a load of its own, which may come first. */
const whileLoading = (directory: string): Promise<void> =>
  until(() => readdirSync(directory).some((name) => name.includes('_txn_')));

async function load(
  node: NodeAddresses,
  table: string,
): Promise<{ readonly status: number; readonly body: string }> {
  const address = `${node.rest}/storage_service/sstables/alternator_${table}?cf=${table}`;
  const response = await fetch(address, { method: 'POST' });
  return { status: response.status, body: await response.text() };
}
