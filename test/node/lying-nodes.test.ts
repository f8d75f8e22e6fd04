import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { NotServing } from '../node-under-test/types.js';
import { treeHash } from '../support/tree-hash.js';
import { orders, ordersTable } from './harness/items.js';
import { stateOf, type TableState } from './harness/table-state.js';
import { runService } from './harness/scripted-service.js';
import { withNode } from './harness/with-node.js';

/** The node must misbehave on demand. */
const foreign = process.env['ALTERNATOR_BACKUP_TEST_NODE'] !== undefined;
const TABLE = 'trusting';
const ITEMS = 200;
/** Silence costs a minute and more until it is given up: only where `CI` is set. */
const KINDS: readonly NotServing[] =
  process.env['CI'] === undefined ? ['refusals', 'errors'] : ['refusals', 'errors', 'silence'];
const PATIENCE = { timeout: 240_000 };

/** As a real Scylla was seen to (behaviour.md): each time the tool neither loses data nor tells of success too early. */
describe.skipIf(foreign)('A node that says that all is well when it is not', () => {
  const bench = withNode({ behaviour: { indexFillMs: 50 } });
  let saved: TableState;
  beforeAll(async () => {
    await bench.reader.createTable(ordersTable(TABLE));
    await bench.reader.put(TABLE, orders(ITEMS));
    await bench.tool.expect(0, ['backup', TABLE]);
    saved = await stateOf(bench, TABLE);
  }, 60_000);
  afterEach(() => standIn().misbehave({}));

  const standIn = () => {
    if (!bench.node.standIn) throw new Error('unreachable: skipped on a foreign node');
    return bench.node.standIn;
  };
  const restore = (...flags: readonly string[]) => bench.tool.run(['restore', TABLE, '--yes', ...flags]);

  it.for([[], ['--recreate'], ['--offline'], ['--check', 'full']].map((flags) => ({ flags })))(
    'indexes that are ACTIVE and fill seconds after refresh returned: success is told when they are full ($flags)',
    PATIENCE,
    async ({ flags }) => {
      await standIn().misbehave({ indexFillMs: 3_000 });
      const { code, stderr, ms } = await restore(...flags);
      const counts = [
        await bench.reader.count(TABLE, 'by-customer'),
        await bench.reader.count(TABLE, 'by-status'),
      ];
      expect(code, stderr).toBe(0);
      expect(counts).toEqual([ITEMS, ITEMS]);
      expect(ms).toBeGreaterThan(3_000);
      expect(await stateOf(bench, TABLE)).toEqual(saved);
    },
  );

  it.for(KINDS.map((serves) => ({ serves })))(
    'NORMAL, and serves nobody ($serves): refused with exit 5 before anything is touched, online and offline (T-49)',
    PATIENCE,
    async ({ serves }) => {
      const files = () => treeHash(join(bench.node.addresses.dataDirectory, `alternator_${TABLE}`));
      runNodetool('flush', `alternator_${TABLE}`);
      const before = await files();
      await standIn().misbehave({ serves });
      for (const flags of [[], ['--offline']]) {
        const { code, stderr, stdout } = await restore(...flags);
        expect(code, stderr).toBe(5);
        expect(stderr).toMatch(/ERROR - (The node does not serve|Alternator at \S+|CQL at \S+|.*status 500)/);
        expect(stdout).not.toContain('restored successfully');
      }
      expect(await files()).toBe(before);
      expect(runService(bench, 'status')).toBe(0);
      await standIn().misbehave({});
      expect(runService(bench, 'stop')).toBe(0);
      await standIn().start();
      expect(await stateOf(bench, TABLE)).toEqual(saved);
    },
  );

  it(
    'NORMAL, and serves nobody after an offline restore has started it: exit 8 at the deadline, no word of success; every old item after `undo`',
    PATIENCE,
    async () => {
      await bench.reader.put(TABLE, [{ pk: { S: 'since' }, sk: { N: '1' } }]);
      const before = await stateOf(bench, TABLE);
      const running = restore('--offline', '--start-timeout', '3');
      await vi.waitFor(
        () => {
          expect(runService(bench, 'status')).not.toBe(0);
        },
        { timeout: 60_000, interval: 20 },
      );
      await standIn().misbehave({ serves: 'errors', throughRestarts: true });
      const { code, stdout, stderr } = await running;
      expect(code, stderr).toBe(8);
      expect(stderr).toMatch(/ERROR - THE DATABASE IS NOT RUNNING: The node does not serve within 3 s/);
      expect(stdout).not.toContain('restored successfully');
      expect(runService(bench, 'status')).toBe(0);

      await standIn().misbehave({});
      expect(runService(bench, 'stop')).toBe(0);
      await standIn().start();
      await bench.tool.expect(0, ['undo']);
      expect(await stateOf(bench, TABLE)).toEqual(before);
    },
  );

  function runNodetool(...args: readonly string[]): void {
    const [program = '', ...rest] = bench.node.addresses.nodetool;
    execFileSync(program, [...rest, ...args]);
  }
});
