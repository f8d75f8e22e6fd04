import { orders, ordersTable } from './items.js';
import { stateOf, type PreparedStates, type Scenario } from './kill-points.js';
import type { NodeBench } from './with-node.js';

const ITEMS = 100;

const restore = (table: string) => ['restore', table, '--yes'];
const deleted = async ({ reader }: NodeBench, table: string) => {
  // What an earlier round left.
  if ((await stateOf({ reader } as NodeBench, table)).items !== null) await reader.deleteTable(table);
};

/** A table with items, expiry and tags, and its backup. */
async function backedUp(bench: NodeBench, table: string): Promise<void> {
  await deleted(bench, table);
  await bench.reader.createTable(ordersTable(table));
  await bench.reader.setTimeToLive(table, 'expires');
  await bench.reader.put(table, orders(ITEMS));
  await bench.tool.expect(0, ['backup', table]);
}

/** Items that the backup has not, and some of its own changed. */
function* later(): Generator<ReturnType<typeof orders> extends Generator<infer T> ? T : never> {
  let number = 0;
  for (const item of orders(ITEMS)) {
    number += 1;
    if (number % 3 === 0) yield { ...item, status: { S: 'changed later' } };
    if (number % 5 === 0) yield { ...item, pk: { S: `later-${number}` } };
  }
}

/** The live table differs from the backup in items only. */
async function sameSchema(bench: NodeBench, table: string): Promise<PreparedStates> {
  await backedUp(bench, table);
  const after = await stateOf(bench, table);
  await bench.reader.put(table, later());
  return { before: await stateOf(bench, table), after };
}

/** The live table has no index, other tags, and other items. */
async function otherSchema(bench: NodeBench, table: string): Promise<PreparedStates> {
  await backedUp(bench, table);
  const after = await stateOf(bench, table);
  await bench.reader.deleteTable(table);
  await bench.reader.createTable({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    Tags: [{ Key: 'team', Value: 'somebody else' }],
  });
  await bench.reader.put(
    table,
    [...later()].filter(({ status }) => status?.S !== 'changed later'),
  );
  return { before: await stateOf(bench, table), after };
}

async function noTable(bench: NodeBench, table: string): Promise<PreparedStates> {
  await backedUp(bench, table);
  const after = await stateOf(bench, table);
  await bench.reader.deleteTable(table);
  return { before: await stateOf(bench, table), after };
}

/** A restore that was done; what is killed takes it back. */
const done =
  (prepare: Scenario['prepare']): Scenario['prepare'] =>
  async (bench, table) => {
    const { before, after } = await prepare(bench, table);
    await bench.tool.expect(0, restore(table));
    return { before: after, after: before };
  };

/** The first load fails, and the tool takes back what it did. */
const failingLoad: Pick<Scenario, 'arm' | 'mayGoBack'> = {
  mayGoBack: true,
  arm: async ({ node }) => {
    await node.standIn?.misbehave({ faults: [{ on: 'refresh', does: 'refuse', times: 1 }] });
  },
};

/** What DESIGN.md and issue 6 want killed at every step: online, offline, undo, rollback. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'online, reload', prepare: sameSchema, args: restore },
  { name: 'online, recreate', prepare: otherSchema, args: restore },
  { name: 'online, create', prepare: noTable, args: restore },
  { name: 'offline, reload', prepare: sameSchema, args: (table) => [...restore(table), '--offline'] },
  { name: 'offline, recreate', prepare: otherSchema, args: (table) => [...restore(table), '--offline'] },
  { name: 'undo of a reload', prepare: done(sameSchema), args: () => ['undo'] },
  { name: 'undo of a recreate', prepare: done(otherSchema), args: () => ['undo'] },
  { name: 'undo of a create', prepare: done(noTable), args: () => ['undo'] },
  { name: 'rollback of a reload', prepare: sameSchema, args: restore, ...failingLoad },
  { name: 'rollback of a recreate', prepare: otherSchema, args: restore, ...failingLoad },
];
