import { orders, ordersTable } from './items.js';
import type { PreparedStates, Scenario } from './kill-points.js';
import { isSame, stateOf } from './table-state.js';
import type { NodeBench } from './with-node.js';

const ITEMS = 100;

const restore = (table: string) => ['restore', table, '--yes'];

/** A table with items, expiry and tags, and its backup. */
async function backedUp(bench: NodeBench, table: string): Promise<void> {
  // What an earlier round left.
  if ((await stateOf(bench, table)).items !== null) await bench.reader.deleteTable(table);
  await bench.reader.createTable(ordersTable(table));
  await bench.reader.setTimeToLive(table, 'expires');
  await bench.reader.put(table, orders(ITEMS));
  await bench.tool.expect(0, ['backup', table]);
}

/**
 * A table, its backup, and what `change` has made of the table since. A round that left either state whole leaves it to the next one:
 * the backup is still of that state, and the round has just proven what is there.
 */
function changedBy(change: (bench: NodeBench, table: string) => Promise<void>): Scenario['prepare'] {
  const known = new Map<string, PreparedStates>();
  return async (bench, table) => {
    const former = known.get(table);
    const now = former && (await stateOf(bench, table));
    if (former && now && isSame(now, former.before)) return former;
    if (!former || !now || !isSame(now, former.after)) await backedUp(bench, table);
    const after = former?.after ?? (await stateOf(bench, table));
    await change(bench, table);
    const states = { before: await stateOf(bench, table), after };
    known.set(table, states);
    return states;
  };
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
const sameSchema = changedBy((bench, table) => bench.reader.put(table, later()));

/** The live table has no index, other tags, and other items. */
const otherSchema = changedBy(async ({ reader }, table) => {
  await reader.deleteTable(table);
  await reader.createTable({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    Tags: [{ Key: 'team', Value: 'somebody else' }],
  });
  await reader.put(
    table,
    [...later()].filter(({ status }) => status?.S !== 'changed later'),
  );
});

const noTable = changedBy(({ reader }, table) => reader.deleteTable(table));

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
